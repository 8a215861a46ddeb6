/**
 * ADD of 8-bit models, as XNNPACK computes it: both inputs brought to the output's scale in fixed point, and a half
 * rounded up.
 *
 *   output = clamp((input · factor + other · otherFactor + 2^(shift - 1)) >> shift)
 *
 * Input, other and output: blocks [C/8][rows][W][8] of int16. Without another input step.weights holds a constant for
 * each channel, [C/8][8]. The factors are below 2^21 and the values below 2^8, so that the sum fits.
 */
import { Step } from "../step";

export function q8_add(step: Step, panel: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const pitch = <usize>step.outWidth * 16;
  const stride = <usize>(step.images * step.outHeight) * pitch;
  const bytes = <usize>(rowEnd - rowBegin) * pitch;
  const advance: usize = step.other ? 16 : 0;
  const shift = step.shift;
  const factor = i32x4.splat(step.factor);
  const otherFactor = i32x4.splat(step.otherFactor);
  const half = i32x4.splat(1 << (shift - 1));
  const lo = i16x8.splat(<i16>step.lo);
  const hi = i16x8.splat(<i16>step.hi);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = <usize>block * stride + <usize>rowBegin * pitch;
    const x = step.input + start;
    const y = step.output + start;
    let other = step.other ? step.other + start : step.weights + <usize>block * 16;
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
