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
  /** Of integers less their zero points. Default: of the real numbers, rounded half to even. */
  readonly quantized?: (value: number, from: Quantized, to: Quantized) => number;
}

const DEFINITIONS: { readonly [T in ElementwiseType]: Definition } = {
  abs: { f: Math.abs, bound: () => 0 },
  elu: {
    f: (x) => (x > 0 ? x : Math.expm1(x)),
    bound: (_, y) => Math.abs(y) * (3e-7 + 3 * UNIT),
    quantized: inSingle((x) => (x < 0 ? Math.expm1(x) : x)),
  },
  // The largest results are infinite in float32, the smallest are not normal.
  exp: {
    f: (x) => Math.fround(Math.exp(x)),
    bound: (_, y) => y * (3e-7 + 3 * UNIT) + 2 ** -148,
  },
  // Three roundings, that of 1/6, and that of x + 3, which may cancel.
  hardswish: {
    f: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
    bound: (x, y) => 4 * UNIT * Math.abs(y) + UNIT * Math.abs(x),
    quantized: hardSwish,
  },
  // The exponential is good to 3e-7 and cut off below e^-87; the sum and the quotient round once each.
  logistic: { f: (x) => 1 / (1 + Math.exp(-x)), bound: (_, y) => y * (3e-7 + 3 * UNIT) + 1.7e-38 },
  neg: { f: (x) => -x, bound: () => 0 },
  relun1to1: { f: (x) => Math.min(Math.max(x, -1), 1), bound: () => 0 },
  rsqrt: { f: (x) => 1 / Math.sqrt(x), bound: (_, y) => 3 * UNIT * y },
  sqrt: { f: Math.sqrt, bound: (_, y) => UNIT * y },
  square: { f: (x) => x * x, bound: (_, y) => UNIT * y + 2 ** -149 },
  tanh: { f: Math.tanh, bound: (_, y) => Math.abs(y) * (6e-7 + 6 * UNIT) },
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

/** A function in float32, a half rounded away from zero. */
function inSingle(f: (x: number) => number): NonNullable<Definition["quantized"]> {
  return (value, from, to) => {
    const result = Math.fround(f(Math.fround(value * Math.fround(from.scale))));
    const scaled = Math.fround(result * Math.fround(1 / Math.fround(to.scale)));
    return scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5);
  };
}

/** TensorFlow Lite's definition, step by step in the integers that it names. */
function hardSwish(value: number, from: Quantized, to: Quantized): number {
  const int16 = (x: bigint) => (x > 32767n ? 32767n : x < -32768n ? -32768n : x);
  const multiplier = (scale: number) => {
    let [fraction, exponent] = [Math.fround(scale), 0];
    for (; fraction >= 1; fraction /= 2) ++exponent;
    for (; fraction < 0.5; fraction *= 2) --exponent;
    return { factor: int16((BigInt(fraction * 2 ** 31) + 32768n) >> 16n), exponent };
  };
  const roundingProduct = (a: bigint, b: bigint) => {
    const product = a * b;
    return (product + (product >= 0n ? 16384n : -16383n)) / 32768n;
  };
  const roundingShift = (x: bigint, by: number) => {
    const mask = (1n << BigInt(by)) - 1n;
    return (x >> BigInt(by)) + ((x & mask) > (mask >> 1n) + (x < 0n ? 1n : 0n) ? 1n : 0n);
  };
  const hires = Math.fround(Math.fround(from.scale) / 128);
  const output = multiplier(hires / Math.fround(to.scale));
  const reluish = multiplier(hires / Math.fround(3 / 32768));
  const x = BigInt(value) * 128n;
  let gate = x;
  if (reluish.exponent > 0) gate = int16(gate << BigInt(reluish.exponent - 1));
  gate = roundingProduct(gate, reluish.factor);
  if (reluish.exponent > 0) gate = int16(gate << 1n);
  if (reluish.exponent < 0) gate = roundingShift(gate, -reluish.exponent);
  gate = (gate + 32768n) >> 1n;
  return Number(roundingShift((gate * roundingProduct(x, output.factor)) / 32768n, -output.exponent));
}
