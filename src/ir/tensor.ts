/** Tensors: what flows between the operators of a graph, and the constants they hold. */
import { halfToNumber } from "./numbers.js";

/**
 * Element types. bool is a byte, 0 or 1; any other byte counts as 1. 64-bit integers of files are int32 here: readers
 * refuse constants that do not fit.
 */
export type DType = "float32" | "float16" | "int32" | "uint8" | "int8" | "bool";

/** real = scale[c] · (quantised - zeroPoint[c]); c counts along `axis`, or is 0 where there is one scale for all. */
export interface Quantization {
  readonly scale: ArrayLike<number>;
  readonly zeroPoint: ArrayLike<number>;
  readonly axis: number;
}

/** float16 is held as the 16 bits of each number. */
export type TensorData = Float32Array | Uint16Array | Int32Array | Uint8Array | Int8Array;

/** The elements of an input or output: float32, int32, int8, or uint8, also for bool. */
export type TensorView = Float32Array | Int32Array | Uint8Array | Int8Array;

/** Sizes of dimensions, outermost first; images are NHWC. */
export type Shape = readonly number[];

export interface Tensor {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly quantization?: Quantization | undefined;
  /** The elements, if the tensor is constant. */
  readonly data?: TensorData | undefined;
}

/** Bytes of an element. */
export const ELEMENT_BYTES: Readonly<Record<DType, number>> = /* @__PURE__ */ Object.freeze({
  float32: 4,
  float16: 2,
  int32: 4,
  uint8: 1,
  int8: 1,
  bool: 1,
});

/** Whether elements are int32 or bool, which no kernel computes with: they lie in plain rows, and TypeScript reads them. */
export function isWhole({ dtype }: Tensor): boolean {
  return dtype === "int32" || dtype === "bool";
}

/** How many elements a shape has. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** A shape as people write it: `1×224×224×3`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length ? shape.join("×") : "scalar";
}

/** A tensor as images of rows of pixels of channels: any shape up to four dimensions, missing ones being 1. */
export interface FeatureMap {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** [N, H, W, C]; a vector or matrix is a column of pixels, [rows, channels]. */
export function featureMap(shape: readonly number[]): FeatureMap {
  const channels = shape.at(-1) ?? 1;
  if (shape.length === 4) return { images: shape[0]!, height: shape[1]!, width: shape[2]!, channels };
  if (shape.length === 3) return { images: 1, height: shape[0]!, width: shape[1]!, channels };
  return { images: 1, height: shape.length === 2 ? shape[0]! : 1, width: 1, channels };
}

export type Side = keyof FeatureMap;

/** Which side of the feature map each dimension of a shape is. */
export function sidesOf(shape: readonly number[]): readonly Side[] {
  if (shape.length === 4) return ["images", "height", "width", "channels"];
  if (shape.length === 3) return ["height", "width", "channels"];
  return shape.length === 2 ? ["height", "channels"] : ["channels"];
}

/** The real numbers of a constant tensor. */
export function dequantized(tensor: Tensor): Float32Array {
  const { data, dtype, quantization, shape } = tensor;
  const count = elementCount(shape);
  const real = new Float32Array(count);
  if (!data) return real;
  if (dtype === "float16") {
    for (let i = 0; i < count; ++i) real[i] = halfToNumber(data[i]!);
  } else if (quantization && dtype !== "float32") {
    const { scale, zeroPoint, axis } = quantization;
    const channels = scale.length;
    const inner = channels === 1 ? count : elementCount(shape.slice(axis + 1));
    for (let i = 0; i < count; ++i) {
      const c = Math.floor(i / inner) % channels;
      real[i] = scale[c]! * (data[i]! - zeroPoint[c]!);
    }
  } else {
    real.set(data);
  }
  return real;
}

/** A constant of numbers rounded to float32. */
export function floatConstant(name: string, shape: Shape, numbers: ArrayLike<number>): Tensor {
  return { name, shape, dtype: "float32", data: Float32Array.from(numbers) };
}
