/** mobilenet-simd profile: where the time of a model goes. */
import { basename } from "node:path";
import { formatShape, type TensorView } from "../ir/tensor.js";
import { loadModel, type RuntimeReport, type Network } from "../index.js";
import { seededRandom } from "../models/random.js";
import { profileSteps } from "../runtime/profile.js";
import { Program } from "../runtime/program.js";
import {
  LOAD_HELP,
  LOAD_OPTIONS,
  loadOptions,
  parse,
  parseCount,
  percent,
  table,
  UsageError,
  type Command,
} from "./command.js";
import { checkOutput, FORCE_OPTION, writeOutput } from "./output.js";
import { rect, svg, text } from "./svg.js";
import { print, printable } from "./terminal.js";

const command: Command = {
  summary: "prints where the time of a model goes",
  help: `Usage: mobilenet-simd profile MODEL [options]

Runs a model on noise and prints for each layer the milliseconds (median), the multiply-accumulates per second, the
bytes it touches (inputs, weights and outputs as they lie in memory) and its share of the time. A depthwise
convolution and the pointwise one after it run together, as one layer; "layout" is a change of it.

${LOAD_HELP}
  --time MS             how long to measure, after half as long to warm up; default: 1000
  --svg FILE            draws it
  --force               replace FILE if it exists; the model itself is never replaced
  --json                everything as one JSON object
`,
  async run(args) {
    const { values, positionals } = parse(args, {
      ...LOAD_OPTIONS,
      time: { type: "string", default: "1000" },
      svg: { type: "string" },
      ...FORCE_OPTION,
      json: { type: "boolean", default: false },
    });
    const [model, ...rest] = positionals;
    if (model === undefined || rest.length) throw new UsageError(`expected one model file, got ${positionals.length}`);
    const time = parseCount("--time", values.time);
    if (values.svg !== undefined) await checkOutput(values.svg, { inputs: [model], force: values.force });
    const net = await loadModel(model, loadOptions(values));
    const profile = profileOf(model, net, time);
    net.dispose();
    if (values.svg !== undefined) await writeOutput(values.svg, chart(profile));
    print(values.json ? `${JSON.stringify(profile, null, 2)}\n` : report(profile));
    return 0;
  },
};

export default command;

interface Layer {
  /** What runs, in the words of `inspect`. */
  readonly type: string;
  readonly outputShape?: readonly number[];
  readonly milliseconds: number;
  readonly multAdds: number;
  readonly bytes: number;
  /** Of the time, 0…1. */
  readonly share: number;
}

interface Profile extends Omit<Layer, "type" | "share">, RuntimeReport {
  readonly model: string;
  readonly layers: readonly Layer[];
}

function profileOf(model: string, { runner: program, runtime }: Network, time: number): Profile {
  if (!(program instanceof Program))
    throw new UsageError(`profile expected a model file, got a compiled model: ${model}`);
  const stages = profileSteps(program, program.inputs.map(noise), time);
  const total = (what: "milliseconds" | "multAdds" | "bytes") => stages.reduce((sum, stage) => sum + stage[what], 0);
  const milliseconds = total("milliseconds");
  const layers = stages.map(({ ops, ...cost }): Layer => {
    const types = ops.filter(({ type }) => type !== "reshape" || ops.length === 1).map(({ type }) => type);
    const output = ops.at(-1)?.outputs[0];
    return {
      type: types.join(" + ") || "layout",
      ...(output !== undefined && { outputShape: program.graph.tensors[output]!.shape }),
      ...cost,
      share: cost.milliseconds / milliseconds,
    };
  });
  return { model, ...runtime, milliseconds, multAdds: total("multAdds"), bytes: total("bytes"), layers };
}

/** Any input: how long a run takes does not depend on it. */
function noise(input: TensorView): TensorView {
  const random = seededRandom(1);
  return input.map(() => (input instanceof Float32Array ? 2 * random() - 1 : 256 * random()));
}

function report(profile: Profile): string {
  const rows = profile.layers.map((layer) => [
    layer.type,
    layer.outputShape ? formatShape(layer.outputShape) : "",
    ...figuresOf(layer),
    percent(layer.share),
  ]);
  const head = ["layer", "output", "ms", "GMAC/s", "KiB", "share"];
  const right = head.map((_, column) => column > 0);
  return `${conditions(profile)}\n\n${table([head, ...rows, ["total", "", ...figuresOf(profile), "100.0 %"]], right)}`;
}

/** What ran, and on what. */
function conditions({ model, kernels, threads, reasons }: Profile): string {
  const used = `${kernels} kernels, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
  return `${printable(basename(model))}, ${used}${reasons ? ` (${Object.values(reasons).join("; ")})` : ""}, Node ${process.version}`;
}

/** Milliseconds, GMAC/s and KiB. */
function figuresOf({ milliseconds, multAdds, bytes }: Omit<Layer, "type" | "share">): string[] {
  const rate = multAdds ? (multAdds / milliseconds / 1e6).toFixed(1) : "";
  return [milliseconds.toFixed(3), rate, (bytes / 1024).toFixed(0)];
}

/** Pixels of the chart. */
const MARGIN = 24;
const NAME = 330;
const LONGEST = 300;
const LABEL = 240;
const PITCH = 18;
const HEAD = 72;

/** A bar for each layer, as long as its share of the time. */
function chart(profile: Profile): string {
  const largest = Math.max(...profile.layers.map(({ share }) => share));
  const bars = profile.layers.flatMap((layer, index) => {
    const y = HEAD + PITCH * index;
    const [milliseconds, rate, size] = figuresOf(layer);
    const label = [`${milliseconds} ms`, percent(layer.share), rate && `${rate} GMAC/s`, `${size} KiB`];
    const length = (LONGEST * layer.share) / largest;
    const name = `${layer.type} ${layer.outputShape ? formatShape(layer.outputShape) : ""}`;
    return [
      text(MARGIN + NAME, y + 11, "name", name.trimEnd()),
      rect(MARGIN + NAME + 8, y, length, PITCH - 4, "ours"),
      text(MARGIN + NAME + 14 + length, y + 11, "small", label.filter(Boolean).join(", ")),
    ];
  });
  const [milliseconds, rate, size] = figuresOf(profile);
  const parts = [
    text(MARGIN, 30, "title", `${milliseconds} ms, ${rate} GMAC/s, ${size} KiB touched`),
    text(MARGIN, 52, "small", conditions(profile)),
    ...bars,
  ];
  const height = HEAD + PITCH * profile.layers.length + MARGIN;
  return svg(MARGIN + NAME + LONGEST + LABEL + MARGIN, height, parts);
}
