/** Functions of one element without parameters; loops/elementwise.ts has the layout and the loop. */
import { Unary } from "../abi/elementwise";
import { mapElements } from "../loops/elementwise";
import { clamp } from "../simd/arithmetic";
import { exponential, exponentialLessOne, exponentialOfAny } from "./exponential";

export function f32_abs(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Abs>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** ABS: |x|. */
@unmanaged
class Abs {

  @inline
  of(x: v128): v128 {
    return f32x4.abs(x);
  }
}

export function f32_elu(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Elu>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** ELU: x where it is above 0, else exp(x) - 1. */
@unmanaged
class Elu {

  @inline
  of(x: v128): v128 {
    const below = exponentialLessOne(f32x4.min(x, f32x4.splat(0)));
    return v128.bitselect(x, below, f32x4.gt(x, f32x4.splat(0)));
  }
}

export function f32_exp(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Exp>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** EXP. */
@unmanaged
class Exp {

  @inline
  of(x: v128): v128 {
    return exponentialOfAny(x);
  }
}

export function f32_hardswish(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<HardSwish>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** HARD_SWISH: x · min(max(x + 3, 0), 6) / 6. Howard et al. 2019, section 5.2 (arXiv 1905.02244). */
@unmanaged
class HardSwish {

  @inline
  of(x: v128): v128 {
    const relu6 = clamp(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0), f32x4.splat(6));
    return f32x4.mul(f32x4.mul(x, relu6), f32x4.splat(1 / 6.0));
  }
}

export function f32_logistic(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Logistic>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/**
 * LOGISTIC, the sigmoid: 1 / (1 + exp(-x)). Negative inputs use exp(x) / (1 + exp(x)), so the exponential never overflows.
 */
@unmanaged
class Logistic {

  @inline
  of(x: v128): v128 {
    const one = f32x4.splat(1);
    const e = exponential(f32x4.neg(f32x4.abs(x)));
    const numerator = v128.bitselect(e, one, i32x4.shr_s(x, 31));
    return f32x4.div(numerator, f32x4.add(one, e));
  }
}

export function f32_neg(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Neg>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** NEG: -x. */
@unmanaged
class Neg {

  @inline
  of(x: v128): v128 {
    return f32x4.neg(x);
  }
}

export function f32_relun1to1(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<ReluN1To1>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** RELU_N1_TO_1: min(max(x, -1), 1). */
@unmanaged
class ReluN1To1 {

  @inline
  of(x: v128): v128 {
    return clamp(x, f32x4.splat(-1), f32x4.splat(1));
  }
}

export function f32_rsqrt(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Rsqrt>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** RSQRT: 1 / √x, by a division, because the reciprocal root of engines is an estimate. */
@unmanaged
class Rsqrt {

  @inline
  of(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  }
}

export function f32_sqrt(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Sqrt>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** SQRT. */
@unmanaged
class Sqrt {

  @inline
  of(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}

export function f32_square(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Square>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** SQUARE: x². */
@unmanaged
class Square {

  @inline
  of(x: v128): v128 {
    return f32x4.mul(x, x);
  }
}

export function f32_tanh(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  mapElements<Tanh>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** TANH: ±m / (2 + m) with m = exp(-2·|x|) - 1, which cancels nothing near 0. */
@unmanaged
class Tanh {

  @inline
  of(x: v128): v128 {
    const m = exponentialLessOne(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)));
    const magnitude = f32x4.div(m, f32x4.add(f32x4.splat(2), m));
    return v128.bitselect(x, magnitude, f32x4.splat(-0.0));
  }
}
