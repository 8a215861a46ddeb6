/**
 * exp(x) for x ≤ 0, implemented here so that every runtime computes the same bits. The relative error is below 3e-7: 2^n · exp(r) with
 * |r| ≤ ln 2 / 2, and the Taylor series of exp(r) up to r^7 / 7!. Below -87, the result stays at the smallest normal number.
 */
@inline
export function exponential(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
  // ln 2 in two parts: n times the first part is exact
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440054691e-4)));
  let p = f32x4.splat(1 / 5040.0);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1 / 720.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1 / 120.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1 / 24.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1 / 6.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  const exponent = i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127));
  return f32x4.mul(p, i32x4.shl(exponent, 23));
}
