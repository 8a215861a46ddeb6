import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, exact, halfToEven, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** x or slope · x; of integers with both factors in 256ths, as XNNPACK has it, and a half rounded up. */
export function leakyrelu(op: OpOf<"leakyrelu">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const from = quantizationOf(input);
  const to = quantizationOf(tensors[op.outputs[0]!]!);
  const slope = Math.fround(op.slope);
  if (!from || !to) return exact(Array.from(x, (value) => (value >= 0 ? value : Math.fround(slope * value))));
  const positive = Math.fround(Math.fround(from.scale) / Math.fround(to.scale));
  const negative = Math.fround(positive * slope);
  const values = centred(x, input).map((value) => {
    const factor = halfToEven(256 * (value >= 0 ? positive : negative));
    return clampInteger(Math.floor((value * factor) / 256 + 0.5) + to.zeroPoint, "none", to);
  });
  return exact(values);
}
