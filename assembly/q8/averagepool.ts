/**
 * Average pooling of 8-bit models, exact: input and output have the same scale and zero point.
 *
 *   output = clamp((s ± n div 2) div n),   s = the sum of the n elements of the window that lie inside the image
 *
 * s sums the numbers of the tensor's type, so the kernel adds the zero point before the division and subtracts it after.
 * The division truncates, and the half takes the sign of s. float32 divides exactly: quotients are at most 256 and n is
 * below 65536.
 *
 * Input and output: nChw8c int16.
 */
import { Pool } from "../abi/pool";
import { pool } from "../loops/pooling";
import { clampNumber, toInteger } from "../simd/arithmetic";

export function q8_averagepool(params: Pool, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  pool<Average, i16>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Average {

  @inline
  bound(value: f32): v128 {
    return f32x4.splat(value);
  }


  @inline
  start(lo: v128): v128 {
    return i32x4.splat(0);
  }


  @inline
  low(a: v128, x: usize): v128 {
    return i32x4.add(a, i32x4.extend_low_i16x8_s(v128.load(x)));
  }


  @inline
  high(b: v128, x: usize): v128 {
    return i32x4.add(b, i32x4.extend_high_i16x8_s(v128.load(x)));
  }


  @inline
  store(params: Pool, out: usize, a: v128, b: v128, elements: i32, lo: v128, hi: v128): void {
    const zeroPoint = params.input.zeroPoint - params.input.flip;
    const round = f32x4.splat(params.round);
    const low = mean(a, elements, zeroPoint, lo, hi, round);
    const high = mean(b, elements, zeroPoint, lo, hi, round);
    v128.store(out, i16x8.narrow_i32x4_s(low, high));
  }
}

/** Four sums of n elements less their zero point to the rounded mean less the zero point. */
@inline
function mean(sum: v128, n: i32, zeroPoint: i32, lo: v128, hi: v128, round: v128): v128 {
  const s = i32x4.add(sum, i32x4.splat(n * zeroPoint));
  const sign = i32x4.shr_s(s, 31);
  const half = i32x4.sub(v128.xor(i32x4.splat(n >> 1), sign), sign);
  const quotient = f32x4.div(f32x4.convert_i32x4_s(i32x4.add(s, half)), f32x4.splat(<f32>n));
  return toInteger(clampNumber(f32x4.sub(f32x4.trunc(quotient), f32x4.splat(<f32>zeroPoint)), lo, hi), round);
}
