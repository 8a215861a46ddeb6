/** Depthwise convolution: the 3×3 kernels where they apply, the general one elsewhere. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../../ir/ops/index.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { call } from "../call.js";
import { blocksOf, bounds, pixelBytesOf, ROUND, windowOf } from "../layout.js";
import { packDepthwise, packIntegerDepthwise, packIntegerDepthwise3x3 } from "../pack.js";
import { floatMatrix, integerMatrix } from "../weights.js";
import type { Lowering, Site } from "./site.js";

export const depthwise: Lowering<"depthwise"> = {
  writesTile: true,
  lower(site) {
    const { op, tensors, y, elementType, output } = site;
    const to = featureMap(y.shape);
    const from = featureMap(site.x.shape);
    if (to.channels !== from.channels) {
      throw new UnsupportedError(`depth multiplier expected 1, got ${to.channels / from.channels}`);
    }
    const [, height, width] = site.operand(1)!.shape as [number, number, number];
    const variant = variantFor(op, tensors);
    const blocks = blocksOf(to.channels);
    const params = {
      ...windowOf([height, width], op.stride, op.padding),
      input: site.inputView(),
      output: site.outputRows(),
      weights: packWeights(site, variant !== "", height * width),
      padding: "zeros" as const,
      groups: 1,
      depthMultiplier: 1,
      ...bounds(op.activation, y),
      round: ROUND,
    };
    const bytes = (rows: number) => blocks * rows * to.width * pixelBytesOf(elementType);
    return [
      call(`${elementType}_depthwise${variant}`, params, { blocks, tileBytes: output === "tile" ? bytes : undefined }),
    ];
  },
};

function packWeights(site: Site<OpOf<"depthwise">>, is3x3: boolean, taps: number) {
  const { channels } = featureMap(site.y.shape);
  if (site.elementType === "f32") {
    return packDepthwise(floatMatrix(site.operand(1)!, site.operand(2), channels), channels, taps);
  }
  const matrix = integerMatrix(site, channels);
  if (!is3x3) return packIntegerDepthwise(matrix, channels, taps);
  return site.target.compact?.depthwise3x3(matrix, channels) ?? packIntegerDepthwise3x3(matrix, channels);
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
