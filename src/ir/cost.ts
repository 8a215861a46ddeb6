/** The cost of an operator in the paper's units: multiply-accumulates ("mult-adds") and parameters. */
import { moduleOf, operandsOf, type Op } from "./ops/index.js";
import { elementCount, type Tensor } from "./tensor.js";

export interface Cost {
  /** Multiply-accumulates of a whole batch; padded positions count, as in the paper. */
  readonly multAdds: number;
  /** Weights alone, which the paper counts as parameters. */
  readonly weights: number;
  /** Weights and biases. */
  readonly parameters: number;
}

/** The cost of an operator; 0 for one that neither multiplies nor has weights. */
export function costOf(op: Op, tensors: readonly Tensor[]): Cost {
  const { weights, multAdds } = moduleOf(op);
  const inputs = operandsOf(op, tensors);
  const count = (position: number | undefined) => {
    const tensor = position === undefined ? undefined : inputs[position];
    return tensor ? elementCount(tensor.shape) : 0;
  };
  const stored = count(weights?.operand);
  return {
    multAdds: multAdds?.(inputs, tensors[op.outputs[0]!]!) ?? 0,
    weights: stored,
    parameters: stored + count(weights?.bias),
  };
}
