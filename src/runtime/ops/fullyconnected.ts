/** The fully connected layer: a matrix product with a row for each image. */
import type { OpOf } from "../../graph/ops.js";
import type { Tensor } from "../../graph/tensor.js";
import type { Call, Operand, Target } from "../stage.js";
import { pointwise } from "./pointwise.js";

export function lowerFullyConnected(
  op: OpOf<"fullyconnected">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
  target: Target,
): Call[] {
  return pointwise(op, tensors, input, output, target);
}
