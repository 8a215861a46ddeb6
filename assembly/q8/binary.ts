/** Functions of two 8-bit elements, int16 less their zero points; loops/binary.ts has the layout and the loop. */
import { Broadcast } from "../abi/elementwise";
import { binaryBytes } from "../loops/binary";
import { requantize } from "../simd/requantize";

/** A magnitude that rounds correctly and that int16 cannot hold. */
const MOST: f32 = 1048576;

export function q8_maximum(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryBytes<Maximum>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** MAXIMUM of one quantisation. */
@unmanaged
class Maximum {

  @inline
  of(a: v128, b: v128, factor: v128, otherFactor: v128, half: v128, shift: i32, scale: v128, round: v128): v128 {
    return i16x8.max_s(a, b);
  }
}

export function q8_minimum(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryBytes<Minimum>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** MINIMUM of one quantisation. */
@unmanaged
class Minimum {

  @inline
  of(a: v128, b: v128, factor: v128, otherFactor: v128, half: v128, shift: i32, scale: v128, round: v128): v128 {
    return i16x8.min_s(a, b);
  }
}

export function q8_mul(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryBytes<Mul>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** MUL as XNNPACK computes it: float32(a · b) · scale, rounded half to even. */
@unmanaged
class Mul {

  @inline
  of(a: v128, b: v128, factor: v128, otherFactor: v128, half: v128, shift: i32, scale: v128, round: v128): v128 {
    const low = product(i32x4.extmul_low_i16x8_s(a, b), scale, round);
    const high = product(i32x4.extmul_high_i16x8_s(a, b), scale, round);
    return i16x8.narrow_i32x4_s(low, high);
  }
}

export function q8_sub(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryBytes<Sub>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/**
 * SUB as XNNPACK computes it: (a · factor + b · otherFactor + 2^(shift - 1)) >> shift, where otherFactor is negative. The
 * factors are below 2^21 and the elements below 2^8, so the sum fits into 32 bits.
 */
@unmanaged
class Sub {

  @inline
  of(a: v128, b: v128, factor: v128, otherFactor: v128, half: v128, shift: i32, scale: v128, round: v128): v128 {
    let low = i32x4.add(i32x4.mul(i32x4.extend_low_i16x8_s(a), factor), half);
    let high = i32x4.add(i32x4.mul(i32x4.extend_high_i16x8_s(a), factor), half);
    low = i32x4.add(low, i32x4.mul(i32x4.extend_low_i16x8_s(b), otherFactor));
    high = i32x4.add(high, i32x4.mul(i32x4.extend_high_i16x8_s(b), otherFactor));
    return i16x8.narrow_i32x4_s(i32x4.shr_s(low, shift), i32x4.shr_s(high, shift));
  }
}

/** Four products in units of the output. */
@inline
function product(sum: v128, scale: v128, round: v128): v128 {
  return requantize(sum, scale, f32x4.splat(-MOST), f32x4.splat(MOST), round);
}
