/**
 * npm run bench: how long a picture takes, by size of the network and precision, as a whole and layer by layer.
 * Another Node runs it as `/path/to/node build/bench/index.js`.
 */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Bench } from "tinybench";
import { prepare } from "../src/api.js";
import { costOf } from "../src/graph/cost.js";
import type { Graph } from "../src/graph/graph.js";
import type { Op } from "../src/graph/ops.js";
import { formatShape, type TensorView } from "../src/graph/tensor.js";
import { table } from "../src/cli/command.js";
import { centralCrop } from "../src/image/image.js";
import { resize } from "../src/image/resize.js";
import { bestBuild, type Build } from "../src/runtime/features.js";
import { Program } from "../src/runtime/program.js";
import { bareRates, kindOf, type BareRates } from "./bare.js";
import { CONFIGURATIONS, seededNetwork, type Precision } from "./models.js";

interface Measured {
  readonly name: string;
  readonly milliseconds: number;
  readonly multAdds: number;
  readonly layers: readonly (readonly string[])[];
}

const { values } = parseArgs({ options: { build: { type: "string" }, time: { type: "string", default: "1500" } } });
const build = (values.build ?? bestBuild()) as Build;
const duration = Number(values.time);
const FILES = { simd: ["kernels.simd"], relaxed: ["kernels.relaxed"], wide: ["kernels.simd", "wide"] };
const modules = await Promise.all(
  FILES[build].map(async (name) => WebAssembly.compile(await readFile(new URL(`../${name}.wasm`, import.meta.url)))),
);

console.log(`Node ${process.version}, ${cpus()[0]!.model}, kernels ${build}, 1 thread, median of ${duration} ms\n`);
const bare = { float32: await bareRates("float32", modules), int8: await bareRates("int8", modules) };
const bareRows = (["convolution", "depthwise", "pointwise"] as const).map((kind) => [
  kind,
  bare.float32[kind].toFixed(1),
  bare.int8[kind].toFixed(1),
]);
console.log(table([["bare kernel, GMAC/s", "float32", "int8"], ...bareRows], [false, true, true]));
const measured: Measured[] = [];
for (const { alpha, resolution } of CONFIGURATIONS) {
  for (const precision of ["float32", "int8"] as const) measured.push(await measure(alpha, resolution, precision));
}
const totals = measured.map(({ name, milliseconds, multAdds }) => [
  name,
  milliseconds.toFixed(3),
  rate(multAdds, milliseconds),
]);
console.log(table([["network", "ms", "GMAC/s"], ...totals], [false, true, true]));
const picture = await measurePicture();
console.log(`a picture of 1920×1080 to 224×224: ${picture.toFixed(3)} ms\n`);
for (const { name, layers } of measured)
  console.log(`${name}\n${table(layers, [false, true, true, true, true, true])}`);

async function measure(alpha: number, resolution: number, precision: Precision): Promise<Measured> {
  const graph = prepare(seededNetwork(alpha, resolution, precision), undefined);
  const program = await Program.create(graph, modules, { maxMemory: 2 ** 30, keep: [] });
  const name = `${alpha}/${resolution} ${precision}`;
  const input = program.inputs[0]!;
  const x = input.map((_, i) => (precision === "int8" ? i * 7 : Math.sin(i)));
  const milliseconds = await median(name, () => {
    input.set(x);
    program.execute();
  });
  const multAdds = graph.ops.reduce((sum, op) => sum + costOf(op, graph.tensors).multAdds, 0);
  return { name, milliseconds, multAdds, layers: layerRows(graph, program, x, milliseconds, bare[precision]) };
}

/** The central part of an RGB photograph, resized to the input of the largest network. */
function measurePicture(): Promise<number> {
  const image = { data: new Uint8Array(1920 * 1080 * 3), width: 1920, height: 1080 };
  image.data.forEach((_, i) => (image.data[i] = i % 251));
  const out = new Uint8Array(224 * 224 * 3);
  const options = { antialias: false, background: [255, 255, 255] } as const;
  return median("picture", () => resize(image, centralCrop(image, 0.875), out, 224, 224, options));
}

/** Median milliseconds of a task. */
async function median(name: string, task: () => void): Promise<number> {
  const bench = new Bench({ time: duration, warmupTime: 500 });
  bench.add(name, task);
  await bench.run();
  const { result } = bench.tasks[0]!;
  if (!("latency" in result)) throw new Error(`${name} did not finish`);
  return result.latency.p50;
}

/**
 * Each stage of the program, timed between the others: an operator, or a depthwise and the pointwise after it. The share
 * of the bare kernels' rate is the time that they would need over the time it took.
 */
function layerRows(graph: Graph, program: Program, x: TensorView, milliseconds: number, rates: BareRates): string[][] {
  const runs = Math.ceil(duration / milliseconds);
  const { stages } = program;
  const times = stages.map(() => new Float64Array(runs));
  for (let run = 0; run < runs; ++run) {
    program.inputs[0]!.set(x);
    for (let stage = 0; stage < stages.length; ++stage) {
      const start = performance.now();
      program.executeStage(stage);
      times[stage]![run] = performance.now() - start;
    }
  }
  let covered = -1;
  const rows = stages.map((op, stage) => {
    const time = times[stage]!.toSorted()[runs >> 1]!;
    const ops = op < 0 ? [] : graph.ops.slice(covered + 1, op + 1);
    covered = Math.max(covered, op);
    const multAdds = ops.reduce((sum, each) => sum + costOf(each, graph.tensors).multAdds, 0);
    const bareTime = ops.reduce((sum, each) => sum + bareTimeOf(each, graph, rates), 0);
    const types = ops.filter(({ type }) => type !== "reshape").map(({ type }) => type);
    const output = ops.at(-1);
    return [
      types.join(" + ") || "layout",
      output ? formatShape(graph.tensors[output.outputs[0]!]!.shape) : "",
      (1000 * time).toFixed(1),
      multAdds ? rate(multAdds, time) : "",
      bareTime ? percent(bareTime / time) : "",
      percent(time / milliseconds),
    ];
  });
  return [["layer", "output", "µs", "GMAC/s", "of bare", "share"], ...rows];
}

/** Milliseconds that a bare kernel would take for what an operator computes. */
function bareTimeOf(op: Op, graph: Graph, rates: BareRates): number {
  const kind = kindOf(op, graph);
  return kind ? costOf(op, graph.tensors).multAdds / rates[kind] / 1e6 : 0;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function rate(multAdds: number, milliseconds: number): string {
  return (multAdds / milliseconds / 1e6).toFixed(1);
}
