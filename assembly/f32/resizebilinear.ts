/**
 * RESIZE_BILINEAR: pixels between pixels.
 *
 *   top = a + (b - a) · alpha[x]      bottom = c + (d - c) · alpha[x]      output = top + (bottom - top) · alpha[y]
 *
 * for the pixels a and b of the upper row, c and d of the lower one. Tables have their offsets and alpha for each row and
 * column of the output, so every convention of pixel centres is the same work. Input and output: nChw8c float32.
 */
import { Interpolation } from "../abi/resize";
import { interpolate } from "../loops/interpolation";

export function f32_resizeBilinear(params: Interpolation, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  interpolate<Floats>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Floats {

  @inline
  pixel(a: usize, b: usize, c: usize, d: usize, alphaX: usize, alphaY: usize, out: usize): void {
    const x = v128.load32_splat(alphaX);
    const y = v128.load32_splat(alphaY);
    const low = between(between(v128.load(a), v128.load(b), x), between(v128.load(c), v128.load(d), x), y);
    const high = between(between(v128.load(a, 16), v128.load(b, 16), x), between(v128.load(c, 16), v128.load(d, 16), x), y);
    v128.store(out, low);
    v128.store(out, high, 16);
  }
}


@inline
function between(a: v128, b: v128, alpha: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), alpha));
}
