import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { clampInteger, gamma, quantizationOf, UNIT } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** exp(β(x - max)) / Σ over the last dimension; of integers as the goldens' README states it. */
export function softmax(op: OpOf<"softmax">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const from = quantizationOf(input);
  const to = quantizationOf(tensors[op.outputs[0]!]!);
  const channels = input.shape.at(-1)!;
  const values = new Float64Array(x.length);
  const bound = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += channels) {
    const row = Array.from({ length: channels }, (_, c) => x[start + c]!);
    const peak = Math.max(...row);
    if (from && to) {
      const factor = Math.fround(from.scale * op.beta);
      const powers = row.map((value) => Math.fround(Math.exp(Math.fround(-factor * (peak - value)))));
      const sum = powers.reduce((a, b) => Math.fround(a + b), 0);
      const inverse = Math.fround(1 / Math.fround(sum * Math.fround(to.scale)));
      for (const [c, power] of powers.entries()) {
        const q = Math.floor(Math.fround(Math.fround(power * inverse) + 0.5)) + to.zeroPoint;
        values[start + c] = clampInteger(q, "none", to);
      }
    } else {
      const powers = row.map((value) => Math.exp(op.beta * (value - peak)));
      const sum = powers.reduce((a, b) => a + b, 0);
      for (const [c, power] of powers.entries()) {
        values[start + c] = power / sum;
        // The argument of exp is rounded twice, which exp multiplies by its size; exp itself is good to 3e-7, and below
        // e^-87 it is cut off; the sum, the reciprocal and the product add their roundings.
        const argument = 2 * UNIT * op.beta * Math.abs(row[c]! - peak);
        bound[start + c] = (power / sum) * (2 * argument + 6e-7 + gamma(channels + 3)) + 1.7e-38;
      }
    }
  }
  return { values, bound };
}
