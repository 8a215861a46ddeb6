/**
 * The rate of each kernel where nothing but the kernel counts: one operator whose operands all lie in the first two
 * cache levels, run again and again. What a layer of a network reaches of it says what memory, short rows and hand-overs cost.
 */
import { costOf } from "../src/ir/cost.js";
import type { Graph } from "../src/ir/graph.js";
import type { Op } from "../src/ir/ops/index.js";
import { prepare } from "../src/ir/passes/index.js";
import { SeededLayers } from "../src/models/builder.js";
import { quantized } from "../src/models/quantized.js";
import type { Modules } from "../src/runtime/kernels.js";
import { Program } from "../src/runtime/program.js";
import type { Precision } from "./models.js";

const KINDS = ["convolution", "depthwise", "pointwise"] as const;
type Kind = (typeof KINDS)[number];

/** Giga multiply-accumulates per second. */
export type BareRates = Readonly<Record<Kind, number>>;

/** Layers of the network in small: the same channels to add up, fewer pixels and outputs. */
const LAYERS: Readonly<Record<Kind, (net: SeededLayers) => number>> = {
  convolution: (net) => net.convolution("bare", net.input("x", [1, 32, 32, 3]), 16, 3, 2, "relu6"),
  depthwise: (net) => net.depthwise("bare", net.input("x", [1, 14, 28, 8]), 1, "relu6"),
  pointwise: (net) => net.convolution("bare", net.input("x", [1, 2, 12, 256]), 128, 1, 1, "relu6"),
};

/** Runs of a step between two looks at the clock, and such samples. */
const RUNS = 200;
const SAMPLES = 400;

export async function bareRates(precision: Precision, modules: Modules): Promise<BareRates> {
  const rates = { convolution: 0, depthwise: 0, pointwise: 0 };
  for (const kind of KINDS) {
    const net = new SeededLayers(1);
    const graph = net.graph([LAYERS[kind](net)]);
    rates[kind] = await rateOf(await prepare(precision === "float32" ? graph : quantized(graph)), modules);
  }
  return rates;
}

/** What the operator counts as; undefined if it multiplies nothing. */
export function kindOf(op: Op, { tensors }: Graph): Kind | undefined {
  if (op.type === "depthwise") return "depthwise";
  if (op.type !== "convolution") return undefined;
  const [, height, width] = tensors[op.inputs[1]!]!.shape;
  return height === 1 && width === 1 ? "pointwise" : "convolution";
}

/** The median rate of the graph's one operator. */
async function rateOf(graph: Graph, modules: Modules): Promise<number> {
  const program = await Program.create(graph, modules, { maxMemory: 2 ** 24, keep: [] });
  const step = program.steps.findIndex((op) => op >= 0);
  const times = Float64Array.from({ length: SAMPLES }, () => {
    const start = performance.now();
    for (let run = 0; run < RUNS; ++run) program.executeStep(step);
    return (performance.now() - start) / RUNS;
  });
  const [op] = graph.ops;
  return costOf(op!, graph.tensors).multAdds / times.toSorted()[SAMPLES >> 1]! / 1e6;
}
