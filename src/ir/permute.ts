/** Weights in the order of dimensions that the graph has them in. */
import { formatShape, type Tensor } from "./tensor.js";
import { FormatError, quote, UnsupportedError } from "../errors.js";

/** What a graph takes: the sizes of a constant and its numbers. */
export interface Weights {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A float32 constant with its dimensions in another order: `order[i]` is the dimension that becomes dimension i.
 *
 * @throws FormatError for another number of dimensions, UnsupportedError for another type.
 */
export function permuted(tensor: Tensor, order: readonly number[]): Weights {
  const { name, dtype, data } = tensor;
  if (tensor.shape.length !== order.length) {
    const got = formatShape(tensor.shape);
    throw new FormatError(`${quote(name)} expected ${order.length} dimensions, got ${got}`);
  }
  if (!(data instanceof Float32Array)) {
    throw new UnsupportedError(`${quote(name)} expected float32, got ${dtype}`);
  }
  const shape = order.map((dimension) => tensor.shape[dimension]!);
  if (order.every((dimension, i) => dimension === i)) return { shape, data };
  const steps = tensor.shape.map((_, i) => tensor.shape.slice(i + 1).reduce((a, b) => a * b, 1));
  // As four dimensions, the missing ones of size 1 before the others.
  const missing = 4 - order.length;
  const [sizes, strides] = [Array<number>(missing).fill(1), Array<number>(missing).fill(0)];
  sizes.push(...shape);
  strides.push(...order.map((dimension) => steps[dimension]!));
  return { shape, data: copied(data, sizes, strides) };
}

function copied(from: Float32Array, sizes: readonly number[], strides: readonly number[]): Float32Array {
  const [a, b, c, d] = sizes as [number, number, number, number];
  const [aStep, bStep, cStep, dStep] = strides as [number, number, number, number];
  const to = new Float32Array(from.length);
  let at = 0;
  for (let i = 0; i < a; ++i) {
    for (let j = 0; j < b; ++j) {
      for (let k = 0; k < c; ++k) {
        const start = i * aStep + j * bStep + k * cStep;
        for (let l = 0; l < d; ++l) to[at++] = from[start + l * dStep]!;
      }
    }
  }
  return to;
}
