/** Depthwise convolution: the 3×3 kernels where they apply, the general one elsewhere. */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { blocksOf, bounds, geometry, pixelBytesOf, windowRecord } from "../layout.js";
import { packCompactDepthwise3x3, packDepthwise, packIntegerDepthwise, packIntegerDepthwise3x3 } from "../pack.js";
import type { Call, Operand, Target } from "../group.js";
import { floatMatrix, integerMatrix } from "../weights.js";
import { expectFamily } from "./checks.js";

export function lowerDepthwise(
  op: OpOf<"depthwise">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
  target: Target,
): Call[] {
  const [x, weights, bias] = op.inputs.map((index) => tensors[index]!);
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x!, y);
  const from = featureMap(x!.shape);
  const to = featureMap(y.shape);
  const [, height, width] = weights!.shape as [number, number, number];
  const variant = variantFor(op, tensors);
  const blocks = blocksOf(to.channels);
  let packed;
  if (family === "f32") {
    packed = packDepthwise(floatMatrix(weights!, bias, to.channels), to.channels, height * width);
  } else {
    const matrix = integerMatrix(x!, weights!, bias, y, to.channels);
    const pack3x3 = target.multipliesBytes === undefined ? packCompactDepthwise3x3 : packIntegerDepthwise3x3;
    packed = variant ? pack3x3(matrix, to.channels) : packIntegerDepthwise(matrix, to.channels, height * width);
  }
  const call: Call = {
    kernel: `${family}_depthwise${variant}`,
    input,
    output,
    blocks,
    weights: packed,
    record: {
      ...geometry(from, to, family),
      ...windowRecord([height, width], op.stride, op.padding),
      ...bounds(op.activation, y),
    },
    panelBytes: output === "panel" ? (rows) => blocks * rows * to.width * pixelBytesOf(family) : undefined,
  };
  return [call];
}

/** The conditions of the 3×3 kernels, as assembly/f32/depthwise.ts states them. */
function variantFor(op: OpOf<"depthwise">, tensors: readonly Tensor[]): "3x3s1" | "3x3s2" | "" {
  const [, height, width] = tensors[op.inputs[1]!]!.shape;
  const input = featureMap(tensors[op.inputs[0]!]!.shape);
  const output = featureMap(tensors[op.outputs[0]!]!.shape);
  const [stride, across] = op.stride;
  if (height !== 3 || width !== 3 || stride !== across || stride > 2 || input.width < 2) return "";
  const beyond = (output.width - 1) * stride + 3 - op.padding.left - input.width;
  if (op.padding.left > 1 || beyond > 1) return "";
  return stride === 1 ? "3x3s1" : "3x3s2";
}
