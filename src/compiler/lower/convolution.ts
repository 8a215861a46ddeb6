/**
 * Standard convolution by one of three ways: 1×1 is a matrix product; the network's input is read as it is, in NHWC;
 * any other gathers its inputs on the panel and is then a matrix product too.
 */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { blocksOf, bounds, byteEncoding, familyOf, geometry, pixelBytesOf, windowRecord } from "../layout.js";
import { packConvolution, packIntegerConvolution } from "../pack.js";
import type { Call, Operand, Target } from "../group.js";
import { floatMatrix, integerMatrix } from "../weights.js";
import { pointwise } from "./pointwise.js";
import { expectFamily } from "./checks.js";

/** Whether the convolution is a matrix product on its input as it lies there: the pointwise convolution of eq. (5). */
export function isPointwise(op: OpOf<"convolution">, tensors: readonly Tensor[]): boolean {
  const [, height, width] = tensors[op.inputs[1]!]!.shape;
  const { top, bottom, left, right } = op.padding;
  return height === 1 && width === 1 && op.stride[0] === 1 && op.stride[1] === 1 && !(top + bottom + left + right);
}

export function lowerConvolution(
  op: OpOf<"convolution">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
  target: Target,
): Call[] {
  if (isPointwise(op, tensors)) return pointwise(op, tensors, input, output, target);
  if (input !== "panel" && input.form === "nhwc") return [fromImage(op, tensors, input, output)];
  return [gather(op, tensors, input), ...pointwise(op, tensors, "panel", output, target)];
}

function fromImage(op: OpOf<"convolution">, tensors: readonly Tensor[], input: Operand, output: Operand): Call {
  const [x, weights, bias] = op.inputs.map((index) => tensors[index]!);
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x!, y);
  const from = featureMap(x!.shape);
  const to = featureMap(y.shape);
  const [, kernelHeight, kernelWidth] = weights!.shape as [number, number, number];
  const run = kernelWidth * from.channels;
  const elements = (to.width - 1) * op.stride[1] * from.channels + run;
  const scratch = kernelHeight * elements * (family === "f32" ? 4 : 2);
  return {
    kernel: `${family}_convolution`,
    input,
    output,
    blocks: blocksOf(to.channels),
    weights:
      family === "f32"
        ? packConvolution(floatMatrix(weights!, bias, to.channels), to.channels, kernelHeight, run)
        : packIntegerConvolution(integerMatrix(x!, weights!, bias, y, to.channels), to.channels, kernelHeight, run),
    record: {
      ...geometry(from, to, family),
      ...windowRecord([kernelHeight, kernelWidth], op.stride, op.padding),
      ...bounds(op.activation, y),
      ...(family === "int8" && byteEncoding(x!)),
    },
    panelBytes: () => scratch,
  };
}

function gather(op: OpOf<"convolution">, tensors: readonly Tensor[], input: Operand): Call {
  const x = tensors[op.inputs[0]!]!;
  const from = featureMap(x.shape);
  const to = featureMap(tensors[op.outputs[0]!]!.shape);
  const family = familyOf(x);
  const [, kernelHeight, kernelWidth] = tensors[op.inputs[1]!]!.shape as [number, number, number];
  const blocks = kernelHeight * kernelWidth * blocksOf(from.channels);
  return {
    kernel: "gather",
    input,
    output: "panel",
    blocks,
    record: {
      ...geometry(from, to, family),
      ...windowRecord([kernelHeight, kernelWidth], op.stride, op.padding),
    },
    panelBytes: (rows) => blocks * rows * to.width * pixelBytesOf(family),
  };
}
