import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, finish, weight, type Sum } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** Each row of the input times each row of the weights. */
export function fullyconnected(op: OpOf<"fullyconnected">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const [input, weights, bias] = op.inputs.map((index) => tensors[index]!);
  const [channels, depth] = weights!.shape as [number, number];
  const values = centred(x, input!);
  const sums: Sum[] = [];
  for (let row = 0; row < values.length / depth; ++row) {
    for (let m = 0; m < channels; ++m) {
      const start = bias?.data?.[m] ?? 0;
      const sum = { value: start, magnitude: Math.abs(start), terms: depth };
      for (let c = 0; c < depth; ++c) {
        const product = values[row * depth + c]! * weight(weights!, m * depth + c, m);
        sum.value += product;
        sum.magnitude += Math.abs(product);
      }
      sums.push(sum);
    }
  }
  return finish(sums, op.activation, input!, weights!, tensors[op.outputs[0]!]!);
}
