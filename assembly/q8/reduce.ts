/**
 * SUM, MEAN, REDUCE_MAX and REDUCE_MIN of 8-bit models over any dimensions.
 *
 *   output = requantize(x₁ + x₂ + …),   max(x₁, x₂, …) or min(x₁, x₂, …)
 *
 * Input and output: nChw8c int16. Sums are exact.
 */
import { Reduction } from "../abi/reduce";
import { reduce } from "../loops/reduction";
import { storeRequantized } from "../simd/requantize";

export function q8_reduceSum(params: Reduction, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  reduce<Sum>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

export function q8_reduceMax(params: Reduction, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  reduce<Max>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

export function q8_reduceMin(params: Reduction, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  reduce<Min>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Integers {

  @inline
  low(x: usize): v128 {
    return v128.load16x4_s(x);
  }


  @inline
  high(x: usize): v128 {
    return v128.load16x4_s(x, 8);
  }


  @inline
  store(params: Reduction, out: usize, a: v128, b: v128): void {
    const factor = f32x4.splat(params.factor);
    const lo = f32x4.splat(params.lo);
    const hi = f32x4.splat(params.hi);
    storeRequantized(out, a, b, factor, factor, lo, hi, f32x4.splat(params.round));
  }
}


@unmanaged
class Sum extends Integers {

  @inline
  identity(): v128 {
    return i32x4.splat(0);
  }


  @inline
  combine(a: v128, v: v128): v128 {
    return i32x4.add(a, v);
  }
}


@unmanaged
class Max extends Integers {

  @inline
  identity(): v128 {
    return i32x4.splat(-32768);
  }


  @inline
  combine(a: v128, v: v128): v128 {
    return i32x4.max_s(a, v);
  }
}


@unmanaged
class Min extends Integers {

  @inline
  identity(): v128 {
    return i32x4.splat(32767);
  }


  @inline
  combine(a: v128, v: v128): v128 {
    return i32x4.min_s(a, v);
  }
}
