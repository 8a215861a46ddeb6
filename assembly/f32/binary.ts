/** Functions of two elements in float32; loops/binary.ts has the layout and the loop. */
import { Broadcast } from "../abi/elementwise";
import { binaryFloats } from "../loops/binary";

export function f32_div(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryFloats<Div>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** DIV: a / b. */
@unmanaged
class Div {

  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

export function f32_maximum(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryFloats<Maximum>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** MAXIMUM. NaN stays NaN, hence max and not pmax. */
@unmanaged
class Maximum {

  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

export function f32_minimum(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryFloats<Minimum>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** MINIMUM, of NaN likewise. */
@unmanaged
class Minimum {

  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

export function f32_mul(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryFloats<Mul>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** MUL: a · b. */
@unmanaged
class Mul {

  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

export function f32_prelu(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryFloats<PRelu>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** PRELU: a where it is at least 0, else a · b. */
@unmanaged
class PRelu {

  @inline
  of(a: v128, b: v128): v128 {
    return v128.bitselect(a, f32x4.mul(a, b), f32x4.ge(a, f32x4.splat(0)));
  }
}

export function f32_sub(params: Broadcast, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  binaryFloats<Sub>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}

/** SUB: a - b. */
@unmanaged
class Sub {

  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}
