/**
 * Every operator again, from its definition: slow, plain, in float64 or exact integers. An 8-bit activation is given
 * and returned as the tensor's type has it.
 */
import type { Graph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { activation } from "./activation.js";
import { add } from "./add.js";
import { averagepool } from "./averagepool.js";
import { batchnorm } from "./batchnorm.js";
import { concatenation } from "./concatenation.js";
import { convolution } from "./convolution.js";
import { depthwise } from "./depthwise.js";
import { dequantize } from "./dequantize.js";
import type { Expected } from "./expected.js";
import { fullyconnected } from "./fullyconnected.js";
import { leakyrelu } from "./leakyrelu.js";
import { logistic } from "./logistic.js";
import { maxpool } from "./maxpool.js";
import { mean } from "./mean.js";
import { pad } from "./pad.js";
import { quantize } from "./quantize.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { transpose } from "./transpose.js";

/** The output of an operator for the input x, in NHWC, and for those of operators that have more. */
export function reference(
  op: Op,
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
  ...others: readonly ArrayLike<number>[]
): Expected {
  switch (op.type) {
    case "activation":
      return activation(op, tensors, x);
    case "add":
      return add(op, tensors, x, ...others);
    case "averagepool":
      return averagepool(op, tensors, x);
    case "batchnorm":
      return batchnorm(op, tensors, x);
    case "concatenation":
      return concatenation(op, tensors, [x, ...others]);
    case "convolution":
      return convolution(op, tensors, x);
    case "depthwise":
      return depthwise(op, tensors, x);
    case "dequantize":
      return dequantize(op, tensors, x);
    case "detection":
      throw new Error("a detection has four outputs, which detection() in detection.ts gives");
    case "fullyconnected":
      return fullyconnected(op, tensors, x);
    case "leakyrelu":
      return leakyrelu(op, tensors, x);
    case "logistic":
      return logistic(op, tensors, x);
    case "maxpool":
      return maxpool(op, tensors, x);
    case "mean":
      return mean(op, tensors, x);
    case "pad":
      return pad(op, tensors, x);
    case "quantize":
      return quantize(op, tensors, x);
    case "reshape":
      return reshape(op, tensors, x);
    case "slice":
      return slice(op, tensors, x);
    case "softmax":
      return softmax(op, tensors, x);
    case "transpose":
      return transpose(op, tensors, x);
  }
}

/** What each tensor of a graph should hold, operator by operator from the given inputs; without bounds. */
export function referenceValues(
  { ops, tensors, inputs }: Graph,
  given: readonly ArrayLike<number>[],
): ArrayLike<number>[] {
  const values: ArrayLike<number>[] = [];
  for (const [i, tensor] of inputs.entries()) values[tensor] = given[i]!;
  for (const op of ops) {
    const activations = op.inputs.filter((index, i) => i === 0 || !tensors[index]!.data);
    const [first, ...others] = activations.map((index) => values[index]!);
    values[op.outputs[0]!] = reference(op, tensors, first!, ...others).values;
  }
  return values;
}
