/**
 * npm run bench: how long a picture takes, by size of the network and precision, as a whole and layer by layer; with
 * `-- --family` how time goes with mult-adds in the whole family. Another Node runs it as
 * `/path/to/node build/bench/index.js`.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { costOf } from "../src/ir/cost.js";
import type { Graph } from "../src/ir/graph.js";
import type { Op } from "../src/ir/ops/index.js";
import { formatShape } from "../src/ir/tensor.js";
import { percent, table } from "../src/cli/command.js";
import { viewOf } from "../src/image/picture.js";
import { resize } from "../src/image/resize.js";
import { bestKernels, type Kernels } from "../src/runtime/features.js";
import { profileSteps } from "../src/runtime/profile.js";
import { BATCHES, batchTimes } from "./batch.js";
import { bareRates, kindOf, type BareRates } from "./bare.js";
import { benchFamily } from "./family.js";
import { createRunnable, loadModules, median, multAddsOf, rate, timeOf, type Runnable } from "./measure.js";
import { CONFIGURATIONS, PRECISIONS, seededNetwork, type Precision } from "./models.js";

interface Measured {
  readonly name: string;
  readonly milliseconds: number;
  readonly multAdds: number;
  readonly layers: readonly (readonly string[])[];
}

const { values } = parseArgs({
  options: {
    kernels: { type: "string" },
    time: { type: "string", default: "1500" },
    family: { type: "boolean", default: false },
    svg: { type: "string" },
  },
});
const kernels = (values.kernels ?? bestKernels()) as Kernels;
const duration = Number(values.time);
const modules = await loadModules(kernels);
const date = new Date().toISOString().slice(0, 10);
const conditions = `${date}, Node ${process.version}, ${cpus()[0]!.model}, kernels ${kernels}, 1 thread, median of ${duration} ms`;
console.log(`${conditions}\n`);
if (values.family) await benchFamily(modules, conditions, duration, values.svg);
else await benchLayers();

/** The networks of the figures, with the share of the bare kernels' rates that each layer reaches. */
async function benchLayers(): Promise<void> {
  const bare = { float32: await bareRates("float32", modules), int8: await bareRates("int8", modules) };
  const bareRows = (["convolution", "depthwise", "pointwise"] as const).map((kind) => [
    kind,
    bare.float32[kind].toFixed(1),
    bare.int8[kind].toFixed(1),
  ]);
  console.log(table([["bare kernel, GMAC/s", "float32", "int8"], ...bareRows], [false, true, true]));
  const measured: Measured[] = [];
  for (const { alpha, resolution } of CONFIGURATIONS) {
    for (const precision of PRECISIONS) measured.push(await measure(alpha, resolution, precision, bare[precision]));
  }
  const totals = measured.map(({ name, milliseconds, multAdds }) => [
    name,
    milliseconds.toFixed(3),
    rate(multAdds, milliseconds),
  ]);
  console.log(table([["network", "ms", "GMAC/s"], ...totals], [false, true, true]));
  const batches: string[][] = [];
  for (const { alpha, resolution } of CONFIGURATIONS) {
    for (const precision of PRECISIONS) {
      const times = await batchTimes(seededNetwork(alpha, resolution, precision), modules);
      batches.push([`${alpha}/${resolution} ${precision}`, ...times.map((time) => time.toFixed(3))]);
    }
  }
  console.log(
    table([["ms a picture, in batches of", ...BATCHES.map(String)], ...batches], [false, ...BATCHES.map(() => true)]),
  );
  const picture = await measurePicture();
  console.log(`a picture of 1920×1080 to 224×224: ${picture.toFixed(3)} ms\n`);
  for (const { name, layers } of measured) {
    console.log(`${name}\n${table(layers, [false, true, true, true, true, true, true])}`);
  }
}

async function measure(alpha: number, resolution: number, precision: Precision, bare: BareRates): Promise<Measured> {
  const graph = seededNetwork(alpha, resolution, precision);
  const runnable = await createRunnable(graph, modules);
  const milliseconds = await timeOf(runnable, duration);
  const name = `${alpha}/${resolution} ${precision}`;
  return { name, milliseconds, multAdds: multAddsOf(graph), layers: layerRows(runnable, milliseconds, bare) };
}

/** The central part of an RGB photograph, resized to the input of the largest network. */
function measurePicture(): Promise<number> {
  const image = { data: new Uint8Array(1920 * 1080 * 3), width: 1920, height: 1080 };
  image.data.forEach((_, i) => (image.data[i] = i % 251));
  const out = new Uint8Array(224 * 224 * 3);
  const options = { antialias: false, background: [255, 255, 255] } as const;
  return median(duration, () =>
    resize(image, viewOf(image, 0.875, 224, 224), { data: out, width: 224, height: 224 }, options),
  );
}

/**
 * Each stage of the program, timed between the others: an operator, or a depthwise and the pointwise after it. The share
 * of the bare kernels' rate is the time that they would need over the time it took.
 */
function layerRows({ program, x }: Runnable, milliseconds: number, rates: BareRates): string[][] {
  const { graph } = program;
  const rows = profileSteps(program, [x], duration).map(({ ops, milliseconds: time, multAdds, bytes }) => {
    const bareTime = ops.reduce((sum, each) => sum + bareTimeOf(each, graph, rates), 0);
    const types = ops.filter(({ type }) => type !== "reshape").map(({ type }) => type);
    const output = ops.at(-1);
    return [
      types.join(" + ") || "layout",
      output ? formatShape(graph.tensors[output.outputs[0]!]!.shape) : "",
      (1000 * time).toFixed(1),
      multAdds ? rate(multAdds, time) : "",
      bareTime ? percent(bareTime / time) : "",
      (bytes / 1000).toFixed(0),
      percent(time / milliseconds),
    ];
  });
  return [["layer", "output", "µs", "GMAC/s", "of bare", "kB", "share"], ...rows];
}

/** Milliseconds that a bare kernel would take for what an operator computes. */
function bareTimeOf(op: Op, graph: Graph, rates: BareRates): number {
  const kind = kindOf(op, graph);
  return kind ? costOf(op, graph.tensors).multAdds / rates[kind] / 1e6 : 0;
}
