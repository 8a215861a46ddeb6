/**
 * SUM, MEAN, REDUCE_MAX and REDUCE_MIN over any dimensions.
 *
 *   output = clamp(factor · (x₁ + x₂ + …)),   max(x₁, x₂, …) or min(x₁, x₂, …)
 *
 * Input and output: nChw8c float32.
 */
import { Reduction } from "../abi/reduce";
import { reduce } from "../loops/reduction";
import { clamp } from "../simd/arithmetic";

export function f32_reduceSum(params: Reduction, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  reduce<Sum>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

export function f32_reduceMax(params: Reduction, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  reduce<Max>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

export function f32_reduceMin(params: Reduction, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  reduce<Min>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Floats {

  @inline
  low(x: usize): v128 {
    return v128.load(x);
  }


  @inline
  high(x: usize): v128 {
    return v128.load(x, 16);
  }


  @inline
  store(params: Reduction, out: usize, a: v128, b: v128): void {
    const factor = f32x4.splat(params.factor);
    const lo = f32x4.splat(params.lo);
    const hi = f32x4.splat(params.hi);
    v128.store(out, clamp(f32x4.mul(a, factor), lo, hi));
    v128.store(out, clamp(f32x4.mul(b, factor), lo, hi), 16);
  }
}


@unmanaged
class Sum extends Floats {

  @inline
  identity(): v128 {
    return f32x4.splat(0);
  }


  @inline
  combine(a: v128, v: v128): v128 {
    return f32x4.add(a, v);
  }
}


@unmanaged
class Max extends Floats {

  @inline
  identity(): v128 {
    return f32x4.splat(-Infinity);
  }


  @inline
  combine(a: v128, v: v128): v128 {
    return f32x4.pmax(a, v);
  }
}


@unmanaged
class Min extends Floats {

  @inline
  identity(): v128 {
    return f32x4.splat(Infinity);
  }


  @inline
  combine(a: v128, v: v128): v128 {
    return f32x4.pmin(a, v);
  }
}
