/** Steps of v128 that the kernels share. This file alone knows which of the builds it is in. */

/**
 * The build for engines that join two neighbouring v128 into one vector of 256 bits (V8's revectorization): what it
 * computes is the same, but in tiles twice as wide, whose vectors come in pairs.
 */
export const WIDE: bool = isDefined(WIDE_BUILD);

/** x · w + acc. The relaxed build rounds once where the machine has a fused multiply-add. */
@inline
export function madd(x: v128, w: v128, acc: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, w, acc);
  return f32x4.add(acc, f32x4.mul(x, w));
}

/** Four sums of two int16 products each, added to acc: exact. */
@inline
export function dot(x: v128, w: v128, acc: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(x, w));
}

/**
 * The activation, lo ≤ x ≤ hi. pmin and pmax are one instruction on x64, min and max are six to
 * eight. NaN stays NaN: both return their first operand unless the second compares.
 */
@inline
export function clamp(x: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, lo), hi);
}

/**
 * int32 accumulators to 8-bit values less their zero point: float32(acc) · scale, clamped, rounded
 * half to even as XNNPACK does. The sum with round = 1.5 · 2^23 has no bits for a fraction, so the
 * addition rounds, and its low bits are the integer.
 */
@inline
export function requantize(acc: v128, scale: v128, lo: v128, hi: v128, round: v128): v128 {
  return toInteger(clamp(f32x4.mul(f32x4.convert_i32x4_s(acc), scale), lo, hi), round);
}

/** Requantises the eight channels of a pixel, a and b with the scales sa and sb, and stores them as int16. */
@inline
export function storeRequantized(
  to: usize,
  a: v128,
  b: v128,
  sa: v128,
  sb: v128,
  lo: v128,
  hi: v128,
  round: v128,
): void {
  const low = requantize(a, sa, lo, hi, round);
  const high = requantize(b, sb, lo, hi, round);
  v128.store(to, i16x8.narrow_i32x4_s(low, high));
}

/** Four floats of magnitude below 2^22 to int32, half to even. */
@inline
export function toInteger(x: v128, round: v128): v128 {
  return i32x4.sub(f32x4.add(x, round), round);
}

/** Channels 0–3 of two pixels side by side, as dot wants them: a0 b0 a1 b1 a2 b2 a3 b3. */
@inline
export function interleaveLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

/** The same for channels 4–7. */
@inline
export function interleaveHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}
