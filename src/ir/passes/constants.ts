/** Constant folding: operators whose inputs are constant run when a model is loaded. */
import { CopyBudget } from "../budget.js";
import type { Graph } from "../graph.js";
import { moduleOf, operandsOf } from "../ops/index.js";
import { elementCount } from "../tensor.js";

/**
 * The graph without the operators that a module can evaluate and whose inputs are constant, such as a DEQUANTIZE of
 * float16 weights. Their outputs become constants.
 *
 * @throws UnsupportedError if the results are much larger than the constants that the graph stores.
 */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const copies = new CopyBudget(tensors);
  const ops = graph.ops.filter((op) => {
    const { evaluate } = moduleOf(op);
    const inputs = operandsOf(op, tensors);
    if (!evaluate || inputs.some(({ data }) => !data)) return true;
    const output = op.outputs[0]!;
    copies.take(elementCount(tensors[output]!.shape));
    tensors[output] = { ...tensors[output]!, data: evaluate(op, inputs) };
    return false;
  });
  return { ...graph, tensors, ops };
}
