/** The fully connected layer: a matrix product with a row for each image. */
import type { OpOf } from "../../ir/ops.js";
import type { Tensor } from "../../ir/tensor.js";
import type { Call, Operand, Target } from "../group.js";
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
