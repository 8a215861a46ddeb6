/** QUANTIZE between 8-bit tensors of different scales, which has a kernel of its own. */
import type { Graph } from "../graph.js";
import type { Op } from "../ops/index.js";
import { rare } from "../rare.js";

/** Whether an operator changes the scale of an 8-bit tensor. */
export function changesScale({ type, inputs, outputs }: Op, { tensors }: Graph): boolean {
  if (type !== "quantize") return false;
  const [x, y] = [tensors[inputs[0]!]!, tensors[outputs[0]!]!];
  return x.dtype !== "float32" && x.quantization?.scale[0] !== y.quantization?.scale[0];
}

/** The graph with `requantize` in the places of these operators. */
export function requantized(graph: Graph): Graph {
  const ops = graph.ops.map((op): Op => (changesScale(op, graph) ? { ...op, ...rare({ type: "requantize" }) } : op));
  return { ...graph, ops };
}
