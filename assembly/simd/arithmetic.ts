/** v128 arithmetic that the kernels share. */

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

/** The same for values that become integers. NaN becomes lo: both return their first operand unless the second compares. */
@inline
export function clampNumber(x: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(hi, f32x4.pmax(lo, x));
}

/** Four floats of magnitude below 2^22 to int32, half to even. */
@inline
export function toInteger(x: v128, round: v128): v128 {
  return i32x4.sub(f32x4.add(x, round), round);
}
