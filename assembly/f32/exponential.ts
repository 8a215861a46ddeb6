/**
 * exp(x), implemented here so that every runtime computes the same bits: 2^n · exp(r) with |r| ≤ ln 2 / 2 and
 * exp(r) = 1 + r · q(r), by the Taylor series up to r^7 / 7!. The relative error is below 3e-7.
 */

/** The nearest n to x / ln 2. */
@inline
function power(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
}

/** r = x - n · ln 2. */
@inline
function remainder(x: v128, n: v128): v128 {
  // ln 2 in two parts: n times the first part is exact
  const r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  return f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440054691e-4)));
}

/** q(r) = (exp(r) - 1) / r. */
@inline
function series(r: v128): v128 {
  let q = f32x4.splat(1 / 5040.0);
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(1 / 720.0));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(1 / 120.0));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(1 / 24.0));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(1 / 6.0));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.5));
  return f32x4.add(f32x4.mul(q, r), f32x4.splat(1));
}

/** 2^n for integers from -126 to 127. */
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** exp(x) for x ≤ 0. Below -87, the result stays at the smallest normal number. */
@inline
export function exponential(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-87));
  const n = power(x);
  const r = remainder(x, n);
  const p = f32x4.add(f32x4.mul(series(r), r), f32x4.splat(1));
  return f32x4.mul(p, powerOfTwo(i32x4.trunc_sat_f32x4_s(n)));
}

/** exp(x) for any x: 2^n in two factors, because it may be no normal number where the result is one. */
@inline
export function exponentialOfAny(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, f32x4.splat(-105)), f32x4.splat(89));
  const n = power(x);
  const r = remainder(x, n);
  const p = f32x4.add(f32x4.mul(series(r), r), f32x4.splat(1));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
}

/** exp(x) - 1 for x ≤ 0, as (2^n - 1) + 2^n · r · q(r), which cancels nothing near 0. */
@inline
export function exponentialLessOne(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-87));
  const n = power(x);
  const r = remainder(x, n);
  const s = powerOfTwo(i32x4.trunc_sat_f32x4_s(n));
  return f32x4.add(f32x4.sub(s, f32x4.splat(1)), f32x4.mul(s, f32x4.mul(series(r), r)));
}
