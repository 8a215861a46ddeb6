import { clampNumber, toInteger } from "./arithmetic";

/**
 * Requantizes int32 accumulators to 8-bit values less their zero point: float32(acc) · scale, clamped, then rounded half to
 * even as XNNPACK does. NaN, the product of 0 and an infinite scale, becomes the lower bound. The sum with round = 1.5 · 2^23 has no bits for a fraction, so the addition rounds, and the low bits
 * of the sum are the integer.
 */
@inline
export function requantize(acc: v128, scale: v128, lo: v128, hi: v128, round: v128): v128 {
  return toInteger(clampNumber(f32x4.mul(f32x4.convert_i32x4_s(acc), scale), lo, hi), round);
}

/** Requantizes the eight channels of a pixel, (a, b) with the scales (sa, sb), and stores them as int16. */
@inline
export function storeRequantized(to: usize, a: v128, b: v128, sa: v128, sb: v128, lo: v128, hi: v128, round: v128): void {
  const low = requantize(a, sa, lo, hi, round);
  const high = requantize(b, sb, lo, hi, round);
  v128.store(to, i16x8.narrow_i32x4_s(low, high));
}
