import type { OpOf } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { exact } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** The element at output coordinates o is that at input coordinates i with i[permutation[d]] = o[d]. */
export function transpose(op: OpOf<"transpose">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const { shape } = tensors[op.inputs[0]!]!;
  const output = tensors[op.outputs[0]!]!.shape;
  const values = Array.from({ length: elementCount(output) }, (_, index) => {
    const from: number[] = [];
    for (const [d, at] of coordinates(index, output).entries()) from[op.permutation[d]!] = at;
    return x[position(from, shape)]!;
  });
  return exact(values);
}

/** The coordinates of an element, outermost first. */
export function coordinates(index: number, shape: readonly number[]): number[] {
  return shape.map((size, d) => Math.floor(index / elementCount(shape.slice(d + 1))) % size);
}

/** And back. */
export function position(at: readonly number[], shape: readonly number[]): number {
  return at.reduce((index, coordinate, d) => index * shape[d]! + coordinate, 0);
}
