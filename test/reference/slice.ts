import type { OpOf } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { exact } from "./arithmetic.js";
import type { Expected } from "./expected.js";
import { coordinates, position } from "./transpose.js";

/** The element at output coordinates o is that at begin + step · o. */
export function slice(op: OpOf<"slice">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const { shape } = tensors[op.inputs[0]!]!;
  const values = Array.from({ length: elementCount(op.size) }, (_, index) => {
    const from = coordinates(index, op.size).map((at, d) => op.begin[d]! + op.step[d]! * at);
    return x[position(from, shape)]!;
  });
  return exact(values);
}
