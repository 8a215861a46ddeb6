/** Functions of one element without parameters; loops/elementwise.ts has the layout and the loop. */
import { Unary } from "../abi/elementwise";
import { mapElements } from "../loops/elementwise";
import { clamp } from "../simd/arithmetic";
import { exponential } from "./exponential";

export function f32_hardswish(
  params: Unary,
  tile: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
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

export function f32_logistic(
  params: Unary,
  tile: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
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
