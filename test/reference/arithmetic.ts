/** Sums of products, their rounding to outputs, and how exact a float32 sum can be. */
import type { Activation } from "../../src/ir/ops/module.js";
import type { Tensor } from "../../src/ir/tensor.js";
import type { Expected } from "./expected.js";

/** Half the distance from 1 to the next float32: the relative error of one rounding. */
export const UNIT = 2 ** -24;

/** Σ products + bias, and Σ |products| + |bias|, from which the error bound follows. */
export interface Sum {
  value: number;
  magnitude: number;
  terms: number;
}

export interface Quantized {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly lowest: number;
}

/** The quantisation of an 8-bit tensor; undefined if it is float32. */
export function quantizationOf({ dtype, quantization }: Tensor): Quantized | undefined {
  if (dtype === "float32") return undefined;
  return {
    scale: quantization!.scale[0]!,
    zeroPoint: quantization!.zeroPoint[0]!,
    lowest: dtype === "int8" ? -128 : 0,
  };
}

/** An input element as a factor: less its zero point, if it has one. */
export function centred(x: ArrayLike<number>, tensor: Tensor): Float64Array {
  const zeroPoint = quantizationOf(tensor)?.zeroPoint ?? 0;
  return Float64Array.from(x, (value) => value - zeroPoint);
}

/** A weight as a factor: less its zero point. `channel` is its output channel. */
export function weight(tensor: Tensor, index: number, channel: number): number {
  const { zeroPoint } = tensor.quantization ?? { zeroPoint: [0] };
  return tensor.data![index]! - zeroPoint[zeroPoint.length === 1 ? 0 : channel]!;
}

/** Sums to outputs: clamped real numbers with their bound, or requantised integers. */
export function finish(
  sums: readonly Sum[],
  activation: Activation,
  input: Tensor,
  weights: Tensor,
  output: Tensor,
): Expected {
  const to = quantizationOf(output);
  if (!to) {
    return {
      values: Float64Array.from(sums, ({ value }) => clampReal(value, activation)),
      // n products and n additions: γ_(n+1) = (n + 1)u / (1 - (n + 1)u) times Σ|terms| bounds any order of summation,
      // fused or not (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).
      bound: Float64Array.from(sums, ({ magnitude, terms }) => gamma(terms + 1) * magnitude),
    };
  }
  const from = quantizationOf(input)!;
  const scales = weights.quantization!.scale;
  const channels = output.shape.at(-1)!;
  const values = Float64Array.from(sums, ({ value }, i) => {
    const scale = scales[scales.length === 1 ? 0 : i % channels]!;
    const factor = Math.fround(Math.fround(Math.fround(from.scale) * Math.fround(scale)) / Math.fround(to.scale));
    return clampInteger(halfToEven(Math.fround(Math.fround(value) * factor)) + to.zeroPoint, activation, to);
  });
  return { values, bound: new Float64Array(values.length) };
}

export function gamma(n: number): number {
  return (n * UNIT) / (1 - n * UNIT);
}

export function halfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

export function clampReal(x: number, activation: Activation): number {
  if (activation === "none") return x;
  return Math.min(Math.max(x, 0), activation === "relu6" ? 6 : Infinity);
}

/** An 8-bit value within its type and its activation. */
export function clampInteger(q: number, activation: Activation, { scale, zeroPoint, lowest }: Quantized): number {
  const lo = activation === "none" ? lowest : Math.max(lowest, zeroPoint);
  const six = zeroPoint + Math.round(Math.fround(6 / scale));
  const hi = activation === "relu6" ? Math.min(lowest + 255, six) : lowest + 255;
  return Math.min(Math.max(q, lo), hi);
}

/** Expected values that are exact. */
export function exact(values: ArrayLike<number>): Expected {
  return { values: Float64Array.from(values), bound: new Float64Array(values.length) };
}
