/**
 * The passes between a file's graph and the compiler, in the order they run. Few models need the larger ones, which are
 * loaded with the first model that does.
 */
import { buildGraph, type Graph } from "../graph.js";
import { loadOperators, moduleOf, operandsOf } from "../ops/index.js";
import { foldConstants } from "./constants.js";

export interface PrepareOptions {
  /** "float32" dequantises 8-bit models. Default: as the file has it. */
  readonly precision?: "float32" | undefined;
  /** Whether convolutions may pad with other numbers than 0, as the compiler's do and files' do not. Default: true. */
  readonly padValues?: boolean | undefined;
}

export interface Pass {
  readonly name: string;
  /** Whether the pass may change the graph. Default: always. */
  readonly applies?: (graph: Graph, options: PrepareOptions) => boolean;
  /** Returns another graph and leaves the given one as it is. */
  readonly run: (graph: Graph, options: PrepareOptions) => Graph | Promise<Graph>;
}

export const PASSES: readonly Pass[] = [
  { name: "fold constants", run: foldConstants },
  {
    name: "convert precision",
    applies: (_, { precision }) => precision === "float32",
    run: async (graph) => (await import("./precision.js")).toFloat32(graph),
  },
  {
    name: "fold batch norms",
    applies: hasBatchNorm,
    run: async (graph) => (await import("./batchnorm.js")).foldBatchNorms(graph),
  },
  {
    name: "batch norms as depthwise",
    applies: hasBatchNorm,
    run: async (graph) => (await import("./batchnorm.js")).batchNormsAsDepthwise(graph),
  },
  {
    name: "fold dilations",
    applies: ({ ops }) => ops.some(({ type }) => type === "batchtospace"),
    run: async (graph) => (await import("./dilation.js")).foldDilations(graph),
  },
  {
    name: "absorb pads and activations",
    applies: hasPadOrActivation,
    run: async (graph) => (await import("./absorb.js")).absorb(graph),
  },
  {
    name: "decompose convolutions",
    applies: ({ ops, tensors }) => ops.some((op) => moduleOf(op).decomposes?.(op, operandsOf(op, tensors))),
    run: async (graph) => (await import("./decompose.js")).decompose(graph),
  },
  // Last, because a normalisation may arrive as batch norms and its convolution may absorb a pad.
  {
    name: "fold normalization",
    applies: scalesInput,
    run: async (graph, { padValues }) => (await import("./normalization.js")).foldNormalization(graph, { padValues }),
  },
];

function hasBatchNorm({ ops }: Graph): boolean {
  return ops.some(({ type }) => type === "batchnorm");
}

/** Whether an operator does nothing but pad or clamp. */
function hasPadOrActivation({ ops }: Graph): boolean {
  return ops.map(moduleOf).some(({ padding, activation }) => padding ?? activation);
}

/** Whether an operator that can scale channels reads an input of the graph. */
function scalesInput({ ops, inputs }: Graph): boolean {
  return ops.some((op) => moduleOf(op).channelScale && inputs.includes(op.inputs[0]!));
}

/**
 * Runs all passes and checks the result. The graph may have been written as data, with operators that nobody loaded.
 *
 * @throws ModelError where the graph is not sound or holds an operator that a pass cannot rewrite.
 */
export async function prepare(graph: Graph, options: PrepareOptions = {}): Promise<Graph> {
  await loadOperators(graph.ops);
  let rewritten = graph;
  for (const { applies, run } of PASSES) {
    if (!applies || applies(rewritten, options)) rewritten = await run(rewritten, options);
  }
  return buildGraph(rewritten);
}
