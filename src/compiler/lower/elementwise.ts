/**
 * Functions of one element. The kernel of a float32 function has its name; a function of 8 bits is a table, so that it can
 * follow any arithmetic.
 */
import { UnsupportedError } from "../../errors.js";
import { halfToEven } from "../../ir/numbers.js";
import type { ElementwiseType } from "../../ir/ops/elementwise.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, blocksOf, expectRatio } from "../layout.js";
import { lookup } from "./lookup.js";
import { rareCall } from "./rarecall.js";
import type { Lowering } from "./site.js";
import { unaryParams } from "./unary.js";

/** From an integer less the zero point of x to one less that of y. */
type Quantized = (x: Tensor, y: Tensor) => (value: number) => number;

/** The 8-bit functions, as TensorFlow Lite (XNNPACK where that has them) computes them; undefined where it has none. */
const QUANTIZED: { readonly [T in ElementwiseType]: Quantized | undefined } = {
  abs: undefined,
  elu: (x, y) => single(x, y, (value) => (value < 0 ? Math.expm1(value) : value)),
  exp: undefined,
  hardswish: hardSwish,
  logistic: (x, y) => real(x, y, (value) => 1 / (1 + Math.exp(-value))),
  neg: undefined,
  relun1to1: undefined,
  rsqrt: undefined,
  sqrt: undefined,
  square: undefined,
  tanh: (x, y) => real(x, y, Math.tanh),
};

const elementwise: Lowering<ElementwiseType> = {
  lower(site) {
    const { op, x, y, elementType } = site;
    if (elementType === "q8") {
      const quantized = QUANTIZED[op.type];
      if (!quantized) throw new UnsupportedError(`input expected float32, got ${x.dtype}`);
      return [lookup(site, quantized(x, y))];
    }
    return [rareCall(`f32_${op.type}`, unaryParams(site), { blocks: blocksOf(featureMap(x.shape).channels) })];
  },
};

export const ELEMENTWISE: Readonly<Record<string, typeof elementwise>> = Object.fromEntries(
  Object.keys(QUANTIZED).map((type) => [type, elementwise]),
);

/** A function in float32, a half rounded away from zero. */
function single(x: Tensor, y: Tensor, f: (value: number) => number): (value: number) => number {
  const scale = Math.fround(affineOf(x).scale);
  const inverse = Math.fround(1 / Math.fround(affineOf(y).scale));
  expectRatio(1, affineOf(y).scale);
  return (value) => roundedQuotient(Math.fround(Math.fround(f(Math.fround(value * scale))) * inverse), 1);
}

/** A function of real numbers, rounded half to even. */
function real(x: Tensor, y: Tensor, f: (value: number) => number): (value: number) => number {
  const { scale } = affineOf(x);
  const to = affineOf(y);
  expectRatio(1, to.scale);
  return (value) => halfToEven(f(value * scale) / to.scale);
}

/**
 * In int16 fixed point, as the reference kernel of TensorFlow Lite has it: XNNPACK has no 8-bit HARD_SWISH. x / 3 is cut off
 * at -1 and 1 in units of 2^-15, and becomes min(max(x + 3, 0), 6) / 6 in the same units.
 * https://github.com/tensorflow/tensorflow/blob/v2.16.1/tensorflow/lite/kernels/internal/reference/hard_swish.h
 */
function hardSwish(x: Tensor, y: Tensor): (value: number) => number {
  const unit = Math.fround(affineOf(x).scale) / 128;
  const toOutput = fixedPoint(unit / Math.fround(affineOf(y).scale));
  const toThird = fixedPoint(unit / (3 / 2 ** 15));
  if (toOutput.exponent > 0) {
    throw new UnsupportedError("output expected a scale of at least 1/128 of the input's");
  }
  return (value) => {
    const fine = value * 128;
    const output = roundedProduct(fine, toOutput.factor);
    // All but the last bit of a shift to the left comes first, so that it loses nothing that counts.
    const early = Math.max(toThird.exponent - 1, 0);
    const third = roundedProduct(saturated(fine * 2 ** early), toThird.factor);
    const cut =
      toThird.exponent > 0 ? saturated(third * 2) : roundedQuotient(third, 2 ** Math.max(-toThird.exponent, 0));
    const gate = (cut + 2 ** 15) >> 1;
    return roundedQuotient(Math.trunc((gate * output) / 2 ** 15), 2 ** -toOutput.exponent);
  };
}

/** A positive float32 as factor / 2^15 · 2^exponent, the factor from 2^14 to 2^15 - 1. */
function fixedPoint(value: number): { factor: number; exponent: number } {
  const rounded = Math.fround(value);
  const exponent = Math.floor(Math.log2(rounded)) + 1;
  return { factor: Math.min(Math.round((rounded / 2 ** exponent) * 2 ** 15), 2 ** 15 - 1), exponent };
}

function saturated(value: number): number {
  return Math.min(Math.max(value, -(2 ** 15)), 2 ** 15 - 1);
}

/** a · b / 2^15, a half upwards, as gemmlowp's SaturatingRoundingDoublingHighMul rounds. */
function roundedProduct(a: number, b: number): number {
  return Math.round((a * b) / 2 ** 15);
}

/** a / b, a half away from zero. */
function roundedQuotient(a: number, b: number): number {
  return Math.sign(a) * Math.round(Math.abs(a) / b);
}
