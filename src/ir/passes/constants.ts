/** Constant folding: operators whose inputs are constant run when a model is loaded. */
import { CopyBudget } from "../budget.js";
import type { Graph } from "../graph.js";
import { moduleOf, operandsOf, type Op } from "../ops/index.js";
import { elementCount, type Tensor } from "../tensor.js";

/**
 * The graph without the operators whose inputs are constant, such as a DEQUANTIZE of float16 weights or arithmetic on
 * sizes, as far as TypeScript can compute them. Their outputs become constants, unless a caller gets them.
 *
 * @throws UnsupportedError if the results are much larger than the constants that the graph stores.
 */
export async function foldConstants(graph: Graph): Promise<Graph> {
  const tensors = [...graph.tensors];
  const copies = new CopyBudget(tensors);
  const ops: Op[] = [];
  for (const op of graph.ops) {
    const inputs = operandsOf(op, tensors);
    const isWanted = op.outputs.some((tensor) => graph.outputs.includes(tensor));
    const outputs =
      isWanted || inputs.some(({ data }) => !data) ? undefined : await evaluate(op, inputs, tensors, copies);
    if (outputs) for (const [i, tensor] of op.outputs.entries()) tensors[tensor] = outputs[i]!;
    else ops.push(op);
  }
  return { ...graph, tensors, ops };
}

/** The outputs of an operator as constants; undefined if only a kernel computes it. */
async function evaluate(
  op: Op,
  inputs: readonly Tensor[],
  tensors: readonly Tensor[],
  copies: CopyBudget,
): Promise<readonly Tensor[] | undefined> {
  const outputs = op.outputs.map((tensor) => tensors[tensor]!);
  const { evaluate: own } = moduleOf(op);
  for (const { shape } of outputs) copies.take(elementCount(shape));
  if (own) return [{ ...outputs[0]!, data: own(op, inputs) }];
  return (await import("../host/index.js")).evaluated(op, inputs, outputs);
}
