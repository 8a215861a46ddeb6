/**
 * ADD of 8-bit models, as XNNPACK computes it: fixed-point arithmetic brings both inputs to the scale of the output, and
 * halves round up.
 *
 *   output = clamp((input · factor + other · otherFactor + 2^(shift - 1)) >> shift)
 *
 * Input, other and output: nChw8c int16. `other` may be a single pixel, which is added to every pixel of the input. The
 * factors are below 2^21 and the elements below 2^8, so the sum fits into 32 bits.
 */
import { Binary } from "../abi/elementwise";

export function q8_add(params: Binary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const shift = params.shift;
  const factor = i32x4.splat(params.factor);
  const otherFactor = i32x4.splat(params.otherFactor);
  const half = i32x4.splat(1 << (shift - 1));
  const lo = i16x8.splat(<i16>params.lo);
  const hi = i16x8.splat(<i16>params.hi);
  const single = params.other.rows * params.other.width == 1;
  const advance: usize = single ? 0 : 16;
  const otherRow = single ? 0 : rowBegin;
  const input = params.input.address;
  const output = params.output;
  const bytes = <usize>(rowEnd - rowBegin) * output.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = output.offset(block, rowBegin);
    const x = input + start;
    const y = output.address + start;
    let other = params.other.at(block, otherRow);
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      const w = v128.load(other);
      let a = i32x4.add(i32x4.mul(i32x4.extend_low_i16x8_s(v), factor), half);
      let b = i32x4.add(i32x4.mul(i32x4.extend_high_i16x8_s(v), factor), half);
      a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_s(w), otherFactor));
      b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_s(w), otherFactor));
      const sum = i16x8.narrow_i32x4_s(i32x4.shr_s(a, shift), i32x4.shr_s(b, shift));
      v128.store(y + i, i16x8.min_s(i16x8.max_s(sum, lo), hi));
      other += advance;
    }
  }
}
