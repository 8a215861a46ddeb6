/** v128 arithmetic that the kernels share. */
import { ARM } from "./builds";

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
 * The activation, lo ≤ x ≤ hi. On x64 pmin and pmax are one instruction, min and max are six to eight; on ARM64 the former
 * are two, the latter one. NaN stays NaN: pmin and pmax return their first operand unless the second compares.
 */
@inline
export function clamp(x: v128, lo: v128, hi: v128): v128 {
  return ARM ? f32x4.min(f32x4.max(x, lo), hi) : f32x4.pmin(f32x4.pmax(x, lo), hi);
}

/**
 * The same for values that become integers. On x64, NaN becomes lo; on ARM64 there must be none, which the host's limit of
 * scales sees to.
 */
@inline
export function clampNumber(x: v128, lo: v128, hi: v128): v128 {
  return ARM ? f32x4.min(f32x4.max(lo, x), hi) : f32x4.pmin(hi, f32x4.pmax(lo, x));
}

/** Four floats of magnitude below 2^22 to int32, half to even. */
@inline
export function toInteger(x: v128, round: v128): v128 {
  return i32x4.sub(f32x4.add(x, round), round);
}
