/** QUANTIZE from one 8-bit scale to another, by a table. */
import { UnsupportedError } from "../../errors.js";
import { halfToEven } from "../../ir/numbers.js";
import { affineOf, elementTypeOf, ratioOf } from "../layout.js";
import { lookup } from "./lookup.js";
import type { Lowering } from "./site.js";

export const requantize: Lowering<"requantize"> = {
  lower(site) {
    const { x, y } = site;
    for (const tensor of [x, y]) {
      if (elementTypeOf(tensor) !== "q8") throw new UnsupportedError(`expected uint8 or int8, got ${tensor.dtype}`);
    }
    const ratio = ratioOf(affineOf(x).scale, affineOf(y).scale);
    const isPlain = x.dtype === y.dtype && ratio >= 2 ** -8 && ratio <= 2 ** 7;
    return [lookup(site, isPlain ? inEightBits(ratio) : inThirtyOneBits(ratio))];
  },
};

/** XNNPACK's conversion: the factor in units of 1/256, a half rounded up (src/qu8-vcvt, src/qs8-vcvt). */
function inEightBits(ratio: number): (value: number) => number {
  const factor = halfToEven(256 * Math.fround(ratio));
  return (value) => Math.floor((value * factor + 128) / 256);
}

/**
 * TensorFlow Lite's own, where XNNPACK has none: a factor of 31 bits, and a shift. MultiplyByQuantizedMultiplier() of
 * tensorflow/lite/kernels/internal/common.cc, which rounds once or twice.
 */
function inThirtyOneBits(ratio: number): (value: number) => number {
  const exponent = Math.floor(Math.log2(ratio)) + 1;
  const factor = Math.round((ratio / 2 ** exponent) * 2 ** 31);
  return (value) => {
    const left = Math.max(exponent, 0);
    const right = Math.max(-exponent, 0);
    const high = BigInt(value) * 2n ** BigInt(left) * BigInt(factor);
    const doubled = Number((high + (high >= 0n ? 2n ** 30n : 1n - 2n ** 30n)) / 2n ** 31n);
    const scaled = doubled / 2 ** right;
    return Math.sign(scaled) * Math.round(Math.abs(scaled));
  };
}
