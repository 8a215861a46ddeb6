/**
 * Standard convolution, in one of three ways: 1×1 is a matrix product; the network's input is read in NHWC, as it lies
 * there; any other convolution gathers its inputs on the scratch tile (im2col) and is then a matrix product too.
 */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../../ir/ops/index.js";
import { NO_DILATION, type Size } from "../../ir/window.js";
import { featureMap, type FeatureMap, type Tensor } from "../../ir/tensor.js";
import { call, type Call, type Packed } from "../call.js";
import { BLOCK, blocksOf, bounds, pixelBytesOf, ROUND, tileViewOf, windowOf } from "../layout.js";
import { packConvolution, packIntegerConvolution } from "../pack.js";
import { floatMatrix, integerMatrix } from "../weights.js";
import { product } from "./product.js";
import type { Lowering, Site } from "./site.js";

/** Whether the convolution is a matrix product on its input as it lies there: the pointwise convolution of eq. (5). */
function isPointwise(op: OpOf<"convolution">, tensors: readonly Tensor[]): boolean {
  const [, height, width] = tensors[op.inputs[1]!]!.shape;
  const { top, bottom, left, right } = op.padding;
  return height === 1 && width === 1 && op.stride[0] === 1 && op.stride[1] === 1 && !(top + bottom + left + right);
}

function isDilated({ dilation = NO_DILATION }: OpOf<"convolution">): boolean {
  return dilation[0] !== 1 || dilation[1] !== 1;
}

export const convolution: Lowering<"convolution"> = {
  fromNhwc: (op, tensors) => (isPointwise(op, tensors) || isDilated(op) ? undefined : "nChw8c"),
  readsTile: isPointwise,
  lower(site) {
    const groups = featureMap(site.x.shape).channels / site.operand(1)!.shape[3]!;
    if (groups !== 1) throw new UnsupportedError(`groups expected 1, got ${groups}`);
    if (site.op.padValue && !(site.readsNhwc && site.elementType === "f32")) {
      throw new UnsupportedError("pad values expected with a float32 convolution of the network's input");
    }
    if (isPointwise(site.op, site.tensors)) return product(site, site.inputRows());
    if (site.readsNhwc) return [fromImage(site)];
    const gathered = gatheredMap(site);
    return [im2col(site, gathered), ...product(site, tileViewOf(site.x, gathered))];
  },
};

function kernelOf(site: Site<OpOf<"convolution">>): Size {
  const [, height, width] = site.operand(1)!.shape as [number, number, number];
  return [height, width];
}

function fromImage(site: Site<OpOf<"convolution">>): Call {
  const { op, x, y, elementType } = site;
  const [weights, bias] = [site.operand(1)!, site.operand(2)];
  const from = featureMap(x.shape);
  const to = featureMap(y.shape);
  const kernel = kernelOf(site);
  const run = kernel[1] * from.channels;
  const elements = (to.width - 1) * op.stride[1] * from.channels + run;
  const scratch = kernel[0] * elements * (elementType === "f32" ? 4 : 2);
  const packed =
    elementType === "f32"
      ? packConvolution(floatMatrix(weights, bias, to.channels), to.channels, kernel[0], run)
      : packIntegerConvolution(integerMatrix(site, to.channels), to.channels, kernel[0], run);
  const params = {
    ...windowOf(kernel, op.stride, op.padding),
    input: site.inputView(),
    output: site.outputView(),
    weights: packed,
    padding: elementType === "f32" ? paddingRow(op.padValue, from.channels, elements) : ("unused" as const),
    groups: 1,
    depthMultiplier: 1,
    ...bounds(op.activation, y),
    round: ROUND,
  };
  return call(`${elementType}_convolution`, params, { blocks: blocksOf(to.channels), tileBytes: () => scratch });
}

/** A padded row of nothing but padding: the numbers that it stands for, pixel by pixel. */
function paddingRow(values: readonly number[] | undefined, channels: number, elements: number): Packed {
  return {
    bytes: elements * 4,
    write({ buffer }, address) {
      if (!values) return; // memory is zero
      const row = new Float32Array(buffer, address, elements);
      for (let i = 0; i < elements; ++i) row[i] = values[i % channels]!;
    },
  };
}

/** The pixels of the output with a whole block for each tap and block of the input. */
function gatheredMap(site: Site<OpOf<"convolution">>): FeatureMap {
  const [height, width] = kernelOf(site);
  const blocks = height * width * blocksOf(featureMap(site.x.shape).channels);
  return { ...featureMap(site.y.shape), channels: blocks * BLOCK };
}

function im2col(site: Site<OpOf<"convolution">>, gathered: FeatureMap): Call {
  const { op, x, elementType } = site;
  const blocks = blocksOf(gathered.channels);
  const params = {
    ...windowOf(kernelOf(site), op.stride, op.padding, op.dilation),
    input: site.inputView(),
    output: tileViewOf(x, gathered),
  };
  const tileBytes = (rows: number) => blocks * rows * gathered.width * pixelBytesOf(elementType);
  return call("im2col", params, { blocks, tileBytes });
}
