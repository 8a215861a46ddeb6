/** Depthwise convolution: the 3×3 kernels where they apply, the general one elsewhere. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../../ir/ops/index.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { dilated, NO_DILATION, type Size } from "../../ir/window.js";
import { call, type Packed } from "../call.js";
import { blocksOf, bounds, pixelBytesOf, ROUND, windowOf } from "../layout.js";
import { packDepthwise, packIntegerDepthwise, packIntegerDepthwise3x3 } from "../pack.js";
import { floatMatrix, integerMatrix } from "../weights.js";
import type { Lowering, Site } from "./site.js";

export const depthwise: Lowering<"depthwise"> = {
  writesTile: true,
  lower(site) {
    const { op, tensors, y, elementType } = site;
    const to = featureMap(y.shape);
    const from = featureMap(site.x.shape);
    if (to.channels !== from.channels) {
      throw new UnsupportedError(`depth multiplier expected 1, got ${to.channels / from.channels}`);
    }
    const [, height, width] = site.operand(1)!.shape as [number, number, number];
    const kernel = [height, width] as const;
    const variant = variantFor(op, tensors);
    const blocks = blocksOf(to.channels);
    const pixelBytes = pixelBytesOf(elementType);
    const copied = variant ? undefined : copiedRows(op, kernel, to.width);
    const params = {
      ...windowOf(kernel, op.stride, op.padding, op.dilation),
      input: site.inputView(),
      output: site.outputRows(),
      weights: packWeights(site, variant !== "", height * width),
      padding: copied ? packTaps(op, kernel, copied.width * pixelBytes, pixelBytes) : ("zeros" as const),
      groups: 1,
      depthMultiplier: 1,
      ...bounds(op.activation, y),
      round: ROUND,
    };
    const onTile = site.output === "tile" ? blocks * to.width * pixelBytes : 0;
    const tileBytes = (rows: number) =>
      onTile * rows + (copied ? copied.rows(Math.min(rows, to.height)) * copied.width * pixelBytes : 0);
    return [
      call(`${elementType}_depthwise${variant}`, params, {
        blocks,
        tileBytes: onTile || copied ? tileBytes : undefined,
      }),
    ];
  },
};

/** The padded rows that the general kernel copies to the tile, as loops/depthwise.ts has them. */
function copiedRows({ stride, dilation }: OpOf<"depthwise">, kernel: Size, outWidth: number) {
  const window = dilated(kernel, dilation);
  return {
    width: (outWidth - 1) * stride[1] + window[1],
    /** Of so many rows of outputs of an image. */
    rows: (rows: number) => (rows - 1) * stride[0] + window[0],
  };
}

/** uint32 [taps up to even]: the bytes from the first tap of a window to each one. */
function packTaps(op: OpOf<"depthwise">, kernel: Size, pitch: number, pixelBytes: number): Packed {
  const [down, across] = op.dilation ?? NO_DILATION;
  const taps = kernel[0] * kernel[1];
  const length = taps + (taps % 2);
  return {
    bytes: length * 4,
    write({ buffer }, address) {
      const table = new Uint32Array(buffer, address, length);
      for (let tap = 0; tap < taps; ++tap) {
        const i = Math.floor(tap / kernel[1]);
        table[tap] = i * down * pitch + (tap - i * kernel[1]) * across * pixelBytes;
      }
    },
  };
}

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
  const [down, right] = op.dilation ?? NO_DILATION;
  if (down !== 1 || right !== 1) return "";
  if (height !== 3 || width !== 3 || stride !== across || stride > 2 || input.width < 2) return "";
  const beyond = (output.width - 1) * stride + 3 - op.padding.left - input.width;
  if (op.padding.left > 1 || beyond > 1) return "";
  return stride === 1 ? "3x3s1" : "3x3s2";
}
