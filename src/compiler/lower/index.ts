/** From an operator to kernel calls: one file an operator. Each throws UnsupportedError where no kernel fits. */
import { UnsupportedError } from "../../errors.js";
import type { Op } from "../../ir/ops.js";
import type { Tensor } from "../../ir/tensor.js";
import type { Call, Operand, Target } from "../group.js";
import { lowerActivation } from "./activation.js";
import { lowerAdd } from "./add.js";
import { lowerAveragePool } from "./averagepool.js";
import { lowerConcatenation } from "./concatenation.js";
import { lowerConvolution } from "./convolution.js";
import { lowerDepthwise } from "./depthwise.js";
import { lowerDequantize } from "./dequantize.js";
import { lowerFullyConnected } from "./fullyconnected.js";
import { lowerLeakyRelu } from "./leakyrelu.js";
import { lowerLogistic } from "./logistic.js";
import { lowerMaxPool } from "./maxpool.js";
import { lowerMean } from "./mean.js";
import { lowerPad } from "./pad.js";
import { lowerQuantize } from "./quantize.js";
import { lowerSlice, lowerTranspose } from "./rearrange.js";
import { lowerReshape } from "./reshape.js";
import { lowerSoftmax } from "./softmax.js";

/** The calls that compute an operator, from its activations to another. */
export function lower(
  op: Op,
  tensors: readonly Tensor[],
  inputs: readonly Operand[],
  output: Operand,
  target: Target,
): Call[] {
  const input = inputs[0]!;
  switch (op.type) {
    case "convolution":
      return lowerConvolution(op, tensors, input, output, target);
    case "depthwise":
      return lowerDepthwise(op, tensors, input, output, target);
    case "fullyconnected":
      return lowerFullyConnected(op, tensors, input, output, target);
    case "batchnorm":
      throw new UnsupportedError("expected folded, or as a depthwise convolution, before it is lowered");
    case "averagepool":
      return lowerAveragePool(op, tensors, input, output);
    case "maxpool":
      return lowerMaxPool(op, tensors, input, output);
    case "mean":
      return lowerMean(op, tensors, input, output);
    case "softmax":
      return lowerSoftmax(op, tensors, input, output);
    case "logistic":
      return lowerLogistic(op, tensors, input, output);
    case "leakyrelu":
      return lowerLeakyRelu(op, tensors, input, output);
    case "add":
      return lowerAdd(op, tensors, inputs, output);
    case "detection":
      throw new UnsupportedError("has no kernel, but runs on the host");
    case "concatenation":
      return lowerConcatenation(op, tensors, inputs, output);
    case "transpose":
      return lowerTranspose(op, tensors, input, output);
    case "slice":
      return lowerSlice(op, tensors, input, output);
    case "reshape":
      return lowerReshape(op, tensors, input, output);
    case "pad":
      return lowerPad(op, tensors, input, output);
    case "quantize":
      return lowerQuantize(op, tensors, input, output);
    case "dequantize":
      return lowerDequantize(op, tensors, input, output);
    case "activation":
      return lowerActivation(op, tensors, input, output);
  }
}
