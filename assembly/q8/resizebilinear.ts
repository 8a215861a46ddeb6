/**
 * RESIZE_BILINEAR of 8-bit models, as XNNPACK has it: shares in 2048ths, one rounding at the end, a half upwards.
 *
 *   top = a · (2048 - alpha[x]) + b · alpha[x]      bottom = c · (2048 - alpha[x]) + d · alpha[x]
 *   output = ⌊(top · (2048 - alpha[y]) + bottom · alpha[y] + 2^21) / 2^22⌋
 *
 * Shares add up to 1, so the zero point, which elements are less, makes no difference. Input and output: nChw8c int16.
 * The sums stay below 2^31: elements have nine bits with their sign.
 */
import { Interpolation } from "../abi/resize";
import { interpolate } from "../loops/interpolation";
import { interleaveHigh, interleaveLow } from "../simd/shuffle";

export function q8_resizeBilinear(params: Interpolation, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  interpolate<Shorts>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Shorts {

  @inline
  pixel(a: usize, b: usize, c: usize, d: usize, alphaX: usize, alphaY: usize, out: usize): void {
    const x = load<i32>(alphaX);
    const shares = i32x4.splat((x << 16) | (2048 - x));
    const y = load<i32>(alphaY);
    const upper = i32x4.splat(2048 - y);
    const lower = i32x4.splat(y);
    const va = v128.load(a);
    const vb = v128.load(b);
    const vc = v128.load(c);
    const vd = v128.load(d);
    const low = rounded(
      i32x4.mul(i32x4.dot_i16x8_s(interleaveLow(va, vb), shares), upper),
      i32x4.mul(i32x4.dot_i16x8_s(interleaveLow(vc, vd), shares), lower),
    );
    const high = rounded(
      i32x4.mul(i32x4.dot_i16x8_s(interleaveHigh(va, vb), shares), upper),
      i32x4.mul(i32x4.dot_i16x8_s(interleaveHigh(vc, vd), shares), lower),
    );
    v128.store(out, i16x8.narrow_i32x4_s(low, high));
  }
}


@inline
function rounded(top: v128, bottom: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.add(top, bottom), i32x4.splat(1 << 21)), 22);
}
