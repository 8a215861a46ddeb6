/** How tensors lie in linear memory, and how a kernel is told of it. */
import type { Window } from "../../build/abi.js";
import { quote, UnsupportedError } from "../errors.js";
import type { Activation } from "../ir/ops/module.js";
import { NO_DILATION, type Padding, type Size } from "../ir/window.js";
import { ELEMENT_BYTES, elementCount, featureMap, type FeatureMap, type Tensor } from "../ir/tensor.js";
import type { MemoryLayout, Stored, TileView, View, ViewFields } from "./call.js";

/** Channels in a block. */
export const BLOCK = 8;

/** The element types that kernels compute with: float32, or 8 bits held as int16 less the zero point. */
export type ElementType = "f32" | "q8";

/** Returns the number of blocks that hold so many channels. */
export function blocksOf(channels: number): number {
  return Math.ceil(channels / BLOCK);
}

/** Returns the element type of a tensor. Throws UnsupportedError for a type that no kernel computes with. */
export function elementTypeOf(tensor: Tensor): ElementType {
  if (tensor.dtype === "float32") return "f32";
  if (tensor.dtype === "uint8" || tensor.dtype === "int8") return "q8";
  throw new UnsupportedError(`tensor ${quote(tensor.name)} expected float32, uint8 or int8, got ${tensor.dtype}`);
}

/** Bytes of a pixel in a block: eight float32, or eight int16. */
export function pixelBytesOf(type: ElementType): number {
  return type === "f32" ? 32 : 16;
}

/** Returns the bytes that a tensor takes in linear memory. */
export function storedBytes(tensor: Tensor, layout: MemoryLayout): number {
  if (layout === "nhwc") return elementCount(tensor.shape) * ELEMENT_BYTES[tensor.dtype];
  const { images, height, width, channels } = featureMap(tensor.shape);
  return blocksOf(channels) * images * height * width * pixelBytesOf(elementTypeOf(tensor));
}

/** Describes a tensor to a kernel; `map` tells its sides where they are not those of its shape. */
export function viewOf(tensor: Tensor, of: Stored, map: FeatureMap = featureMap(tensor.shape)): View {
  const type = elementTypeOf(tensor);
  const pixelBytes = of.layout === "nhwc" ? map.channels * ELEMENT_BYTES[tensor.dtype] : pixelBytesOf(type);
  return { of, fields: { ...map, pixelBytes, ...encodingOf(tensor) } };
}

/** Describes the rows of a tensor on the scratch tile, with `channels` for those that a kernel leaves there. */
export function tileViewOf(tensor: Tensor, { images, height, width, channels }: FeatureMap): TileView {
  const pixelBytes = pixelBytesOf(elementTypeOf(tensor));
  return { of: "tile", fields: { images, height, width, channels, pixelBytes, ...encodingOf(tensor) } };
}

/** The zero point of an 8-bit tensor, counted from the lowest value of its type, and the bits that count bytes from there. */
function encodingOf(tensor: Tensor): Pick<ViewFields, "zeroPoint" | "flip"> {
  if (elementTypeOf(tensor) === "f32") return { zeroPoint: 0, flip: 0 };
  const lowest = lowestOf(tensor);
  return { zeroPoint: affineOf(tensor).zeroPoint - lowest, flip: -lowest };
}

/** The parameters that describe a sliding window. */
export function windowOf(kernel: Size, stride: Size, padding: Padding, dilation: Size = NO_DILATION): Window<never> {
  return {
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
    padTop: padding.top,
    padLeft: padding.left,
  };
}

/** The one scale and zero point of an 8-bit tensor. */
export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Throws UnsupportedError if the tensor has none, several, or impossible ones. */
export function affineOf(tensor: Tensor): Affine {
  const { name, quantization } = tensor;
  const scale = quantization?.scale[0] ?? NaN;
  const zeroPoint = quantization?.zeroPoint[0] ?? NaN;
  const lowest = lowestOf(tensor);
  if (
    quantization?.scale.length !== 1 ||
    !(scale > 0 && scale < Infinity) ||
    zeroPoint < lowest ||
    zeroPoint > lowest + 255
  ) {
    throw new UnsupportedError(
      `tensor ${quote(name)} expected one scale above 0 and a zero point of type ${tensor.dtype}, got ` +
        (quantization ? `scale ${scale}, zero point ${zeroPoint}, ${quantization.scale.length} in all` : "none"),
    );
  }
  return { scale, zeroPoint };
}

/** With factors up to this, sums of 16-bit values stay finite in float32: 0 times Infinity is no number. */
const MAX_RATIO = 2 ** 100;

/** Returns the factor from one scale to another. Throws UnsupportedError as expectRatio() does. */
export function ratioOf(from: number, to: number): number {
  expectRatio(from, to);
  return from / to;
}

/** Throws UnsupportedError if the factor from one scale to another is too small or too large for float32 arithmetic. */
export function expectRatio(from: number, to: number): void {
  const ratio = Math.fround(from / to);
  if (!(ratio > 0 && ratio <= MAX_RATIO)) {
    throw new UnsupportedError(`expected scales with a ratio between 2^-149 and 2^100, got ${from} and ${to}`);
  }
}

/** The lowest value of an 8-bit type. */
export function lowestOf(tensor: Tensor): number {
  return tensor.dtype === "int8" ? -128 : 0;
}

/** 1.5 · 2^23: added to a float32 of magnitude below 2^22, it leaves no bits for a fraction. */
export const ROUND = 12582912;

/** Returns the bounds of an output, in the units it is stored in: its activation and its type set them. */
export function bounds(activation: Activation, output: Tensor): { lo: number; hi: number } {
  if (elementTypeOf(output) === "f32") {
    if (activation === "none") return { lo: -Infinity, hi: Infinity };
    return { lo: 0, hi: activation === "relu6" ? 6 : Infinity };
  }
  const { scale, zeroPoint } = affineOf(output);
  const lo = lowestOf(output) - zeroPoint;
  const hi = lo + 255;
  if (activation === "none") return { lo, hi };
  return { lo: Math.max(lo, 0), hi: activation === "relu6" ? Math.min(hi, Math.round(Math.fround(6 / scale))) : hi };
}
