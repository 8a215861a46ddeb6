/** Channel blocks: how an activation lies in linear memory, as a kernel is told of it. */
import { UnsupportedError } from "../errors.js";
import type { Activation, Padding, Size } from "../ir/ops.js";
import { ELEMENT_BYTES, elementCount, featureMap, type FeatureMap, type Tensor } from "../ir/tensor.js";
import type { StepRecord } from "./step.js";

/** Channels in a block. */
export const BLOCK = 8;

/** The kernels that a tensor belongs to. */
export type Family = "f32" | "int8";

/** How many blocks hold so many channels. */
export function blocksOf(channels: number): number {
  return Math.ceil(channels / BLOCK);
}

/** The kernels for a tensor. Throws UnsupportedError for a type that no kernel computes with. */
export function familyOf(tensor: Tensor): Family {
  if (tensor.dtype === "float32") return "f32";
  if (tensor.dtype === "uint8" || tensor.dtype === "int8") return "int8";
  throw new UnsupportedError(
    `tensor ${JSON.stringify(tensor.name)} expected float32, uint8 or int8, got ${tensor.dtype}`,
  );
}

/** Bytes of a pixel in a block: eight float32, or eight int16. */
export function pixelBytesOf(family: Family): number {
  return family === "f32" ? 32 : 16;
}

/** Bytes of an activation in channel blocks, or as callers have it. */
export function storedBytes(tensor: Tensor, form: "blocks" | "nhwc"): number {
  if (form === "nhwc") return elementCount(tensor.shape) * ELEMENT_BYTES[tensor.dtype];
  const { images, height, width, channels } = featureMap(tensor.shape);
  return blocksOf(channels) * images * height * width * pixelBytesOf(familyOf(tensor));
}

/** The fields of a step that say how large input and output are. */
export function geometry(input: FeatureMap, output: FeatureMap, family: Family): StepRecord {
  return {
    pixelBytes: pixelBytesOf(family),
    images: output.images,
    inHeight: input.height,
    inWidth: input.width,
    inChannels: input.channels,
    inBlocks: blocksOf(input.channels),
    outHeight: output.height,
    outWidth: output.width,
    outChannels: output.channels,
    outBlocks: blocksOf(output.channels),
  };
}

/** The fields of a step that describe a sliding window. */
export function windowRecord(kernel: Size, stride: Size, padding: Padding): StepRecord {
  return {
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
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
  if (quantization?.scale.length !== 1 || !isScale(scale) || zeroPoint < lowest || zeroPoint > lowest + 255) {
    throw new UnsupportedError(
      `tensor ${JSON.stringify(name)} expected one scale above 0 and a zero point of type ${tensor.dtype}, got ` +
        (quantization ? `scale ${scale}, zero point ${zeroPoint}, ${quantization.scale.length} in all` : "none"),
    );
  }
  return { scale, zeroPoint };
}

export { halfToEven } from "../ir/numbers.js";

/** Whether a number can be a scale. */
export function isScale(scale: number): boolean {
  return scale > 0 && scale < Infinity;
}

/** The lowest value of an 8-bit type. */
export function lowestOf(tensor: Tensor): number {
  return tensor.dtype === "int8" ? -128 : 0;
}

/** The fields that describe an 8-bit tensor in NHWC: its zero point from the lowest value, and how to count from that. */
export function byteEncoding(tensor: Tensor): StepRecord {
  const lowest = lowestOf(tensor);
  return { zeroPoint: affineOf(tensor).zeroPoint - lowest, flip: -lowest };
}

/** The bounds of an output, in the units it is stored in: what its activation and its type allow. */
export function bounds(activation: Activation, output: Tensor): { lo: number; hi: number } {
  if (familyOf(output) === "f32") {
    if (activation === "none") return { lo: -Infinity, hi: Infinity };
    return { lo: 0, hi: activation === "relu6" ? 6 : Infinity };
  }
  const { scale, zeroPoint } = affineOf(output);
  const lo = lowestOf(output) - zeroPoint;
  const hi = lo + 255;
  if (activation === "none") return { lo, hi };
  return { lo: Math.max(lo, 0), hi: activation === "relu6" ? Math.min(hi, Math.round(Math.fround(6 / scale))) : hi };
}
