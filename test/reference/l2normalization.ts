import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { gamma } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** Each vector divided by its length, which is at least epsilon. */
export function l2normalization(
  op: OpOf<"l2normalization">,
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
): Expected {
  const channels = tensors[op.inputs[0]!]!.shape.at(-1)!;
  const values = Float64Array.from(x, (value, i) => {
    const first = i - (i % channels);
    let squares = 0;
    for (let c = first; c < first + channels; ++c) squares += x[c]! ** 2;
    return value / Math.max(Math.sqrt(squares), op.epsilon);
  });
  return { values, bound: values.map((value) => gamma(channels + 3) * Math.abs(value)) };
}
