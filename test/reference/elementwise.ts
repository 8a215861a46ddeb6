import type { ELEMENTWISE as MODULES, ElementwiseType } from "../../src/ir/ops/elementwise.js";
import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, exact, halfToEven, quantizationOf, UNIT, type Quantized } from "./arithmetic.js";
import type { Expected } from "./expected.js";

interface Definition {
  /** Of real numbers. */
  readonly f: (x: number) => number;
  /** How far float32 may be from f(x). */
  readonly bound: (x: number, y: number) => number;
  /** Of integers less their zero points. Default: f of the real numbers, rounded half to even. */
  readonly quantized?: (value: number, from: Quantized, to: Quantized) => number;
}

const DEFINITIONS: { readonly [T in ElementwiseType]: Definition } = {
  // The exponential is good to 3e-7 and cut off below e^-87; the sum and the quotient round once each.
  logistic: { f: (x) => 1 / (1 + Math.exp(-x)), bound: (_, y) => y * (3e-7 + 3 * UNIT) + 1.7e-38 },
};

function elementwise(op: OpOf<ElementwiseType>, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const from = quantizationOf(input);
  const to = quantizationOf(tensors[op.outputs[0]!]!);
  const { f, bound, quantized } = DEFINITIONS[op.type];
  if (from && to) {
    const rounded = quantized ?? ((value: number) => halfToEven(f(value * from.scale) / to.scale));
    const values = centred(x, input).map((value) => rounded(value, from, to) + to.zeroPoint);
    return exact(values.map((q) => clampInteger(q, "none", to)));
  }
  const values = Float64Array.from(x, f);
  return { values, bound: values.map((value, i) => bound(x[i]!, value)) };
}

export const ELEMENTWISE = Object.fromEntries(Object.keys(DEFINITIONS).map((type) => [type, elementwise])) as {
  readonly [T in keyof typeof MODULES]: typeof elementwise;
};
