/** The elements of a tensor in another order of its dimensions. */
import type { TensorData } from "../../../src/ir/tensor.js";

export interface Elements<T extends TensorData> {
  readonly shape: readonly number[];
  readonly data: T;
}

/** Dimension i of the result is dimension `order[i]` of the tensor. */
export function transpose<T extends TensorData>({ shape, data }: Elements<T>, order: readonly number[]): Elements<T> {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const moved = data.slice() as T;
  for (let to = 0; to < moved.length; ++to) {
    let from = 0;
    for (let axis = sizes.length - 1, rest = to; axis >= 0; --axis) {
      from += (rest % sizes[axis]!) * steps[axis]!;
      rest = Math.floor(rest / sizes[axis]!);
    }
    moved[to] = data[from]!;
  }
  return { shape: sizes, data: moved };
}
