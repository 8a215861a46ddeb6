/** Constant folding: operators whose inputs are constant run when a model is loaded. */
import type { Graph } from "../graph.js";
import { moduleOf, operandsOf } from "../ops/index.js";

/**
 * The graph without the operators that a module can evaluate and whose inputs are constant, such as a DEQUANTIZE of
 * float16 weights. Their outputs become constants.
 */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const ops = graph.ops.filter((op) => {
    const { evaluate } = moduleOf(op);
    const inputs = operandsOf(op, tensors);
    if (!evaluate || inputs.some(({ data }) => !data)) return true;
    const output = op.outputs[0]!;
    tensors[output] = { ...tensors[output]!, data: evaluate(op, inputs) };
    return false;
  });
  return { ...graph, tensors, ops };
}
