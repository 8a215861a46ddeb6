/** The passes between a file's graph and the compiler, in the order they run. */
import { buildGraph, type Graph } from "../graph.js";
import { absorb } from "./absorb.js";
import { batchNormsAsDepthwise, foldBatchNorms } from "./batchnorm.js";
import { foldConstants } from "./constants.js";
import { foldNormalization } from "./normalization.js";
import { toFloat32 } from "./precision.js";

export interface PrepareOptions {
  /** "float32" dequantises 8-bit models. Default: as the file has it. */
  readonly precision?: "float32" | undefined;
  /** Whether convolutions may pad with other numbers than 0, as the compiler's do and files' do not. Default: true. */
  readonly padValues?: boolean | undefined;
}

export interface Pass {
  readonly name: string;
  /** Returns another graph and leaves the given one as it is. */
  readonly run: (graph: Graph, options: PrepareOptions) => Graph;
}

export const PASSES: readonly Pass[] = [
  { name: "fold constants", run: foldConstants },
  { name: "convert precision", run: (graph, { precision }) => (precision ? toFloat32(graph) : graph) },
  { name: "fold batch norms", run: foldBatchNorms },
  { name: "batch norms as depthwise", run: batchNormsAsDepthwise },
  { name: "absorb pads and activations", run: absorb },
  // Last, because a normalisation may arrive as batch norms and its convolution may absorb a pad.
  { name: "fold normalization", run: (graph, { padValues }) => foldNormalization(graph, { padValues }) },
];

/**
 * Runs all passes and checks the result.
 *
 * @throws ModelError where the graph is not sound or holds an operator that a pass cannot rewrite.
 */
export function prepare(graph: Graph, options: PrepareOptions = {}): Graph {
  return buildGraph(PASSES.reduce((rewritten, { run }) => run(rewritten, options), graph));
}
