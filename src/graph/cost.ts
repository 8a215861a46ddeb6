/**
 * What an operator costs, in the paper's units: multiply-accumulates ("mult-adds") and parameters.
 *
 * Padded positions count, as in the paper; a batch counts once for each image.
 */
import type { Op } from "./ops.js";
import { elementCount, type Tensor } from "./tensor.js";

export interface Cost {
  /** Multiply-accumulates. */
  readonly multAdds: number;
  /** Weights and biases. */
  readonly parameters: number;
}

/** The cost of an operator; 0 for what neither multiplies nor holds weights. */
export function costOf(op: Op, tensors: readonly Tensor[]): Cost {
  const constants = op.inputs.slice(1).map((index) => tensors[index]!);
  const parameters = constants.reduce((sum, tensor) => sum + elementCount(tensor.shape), 0);
  const outputs = elementCount(tensors[op.outputs[0]!]!.shape);
  const weights = constants[0]?.shape ?? [];
  switch (op.type) {
    case "convolution": // eq. (2): D_K · D_K · M · N · D_F · D_F
    case "fullyconnected":
      return { multAdds: outputs * elementCount(weights.slice(1)), parameters };
    case "depthwise": // eq. (4): D_K · D_K · M · D_F · D_F
      return { multAdds: outputs * weights[1]! * weights[2]!, parameters };
    default:
      return { multAdds: 0, parameters };
  }
}
