import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, exact, halfToEven, quantizationOf, UNIT } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** 1 / (1 + exp(-x)); of integers rounded from the exact value. */
export function logistic(op: OpOf<"logistic">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const from = quantizationOf(input);
  const to = quantizationOf(tensors[op.outputs[0]!]!);
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  if (from && to) {
    const values = centred(x, input).map((value) => halfToEven(sigmoid(value * from.scale) / to.scale) + to.zeroPoint);
    return exact(values.map((q) => clampInteger(q, "none", to)));
  }
  const values = Float64Array.from(x, sigmoid);
  // The exponential is good to 3e-7 and cut off below e^-87; the sum and the quotient round once each.
  return { values, bound: values.map((value) => value * (3e-7 + 3 * UNIT) + 1.7e-38) };
}
