/** Inputs and outputs of a network, as callers see them. */
import { describe } from "../errors.js";
import type { DType, Tensor, TensorView } from "../ir/tensor.js";

/** An input or output. 8-bit values q stand for scale · (q - zeroPoint). */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  /** NHWC. */
  readonly shape: readonly number[];
  readonly scale?: number;
  readonly zeroPoint?: number;
}

/** An output with its elements, in the order of `shape`; the array is the caller's. */
export interface TensorValue extends TensorInfo {
  readonly data: TensorView;
}

/** A tensor without its elements. */
export function describeTensor({ name, dtype, shape, quantization }: Tensor): TensorInfo {
  if (!quantization) return { name, dtype, shape };
  return { name, dtype, shape, scale: quantization.scale[0]!, zeroPoint: quantization.zeroPoint[0]! };
}

/**
 * Checks the elements for an input. `expected` is the network's own array, with room for `batch` images.
 *
 * @returns the number of images.
 * @throws TypeError for another kind of array, RangeError for another length.
 */
export function checkElements(argument: string, elements: unknown, expected: TensorView, batch: number): number {
  const kind = expected.constructor.name;
  const each = expected.length / batch;
  const lengths = batch === 1 ? `length ${each}` : `length ${each} for each of 1 to ${batch} images`;
  const message = () => `"${argument}" must be ${kind} of ${lengths}, got ${describe(elements)}`;
  if (!(elements instanceof expected.constructor)) throw new TypeError(message());
  const { length } = elements as TensorView;
  if (length === 0 || length % each || length > expected.length) throw new RangeError(message());
  return length / each;
}

/** The error for elements that are not all finite. */
export function notFinite(argument: string, elements: Float32Array): RangeError {
  const wrong = elements.findIndex((value) => !Number.isFinite(value));
  return new RangeError(`"${argument}" must have finite numbers, got ${elements[wrong]} at ${wrong}`);
}
