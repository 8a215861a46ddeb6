/**
 * MEAN over height and width of 8-bit models, where the output has a scale of its own.
 *
 *   output[c] = requantize(Σ input[c]),   step.scale = input scale / (output scale · H · W)
 *
 * Input: blocks [C/8][images · H][W][8]. Output: one pixel an image.
 */
import { requantize } from "../simd/requantize";
import { Step, blockStride, firstRow } from "../step";

export function q8_mean(step: Step, panel: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const pixels = step.inHeight * step.inWidth;
  const output = firstRow(step.output, panel, rowBegin, 16);
  const outStride = blockStride(step.output, step.images, rowEnd - rowBegin, 16);
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const round = f32x4.splat(step.round);
  const scale = f32x4.splat(step.scale);
  for (let block = blockBegin; block < blockEnd; ++block) {
    let v = step.input + <usize>((block * step.images + rowBegin) * pixels) * 16;
    let out = output + <usize>block * outStride;
    for (let image = rowBegin; image < rowEnd; ++image) {
      let a = i32x4.splat(0);
      let b = a;
      for (let p = 0; p < pixels; ++p) {
        a = i32x4.add(a, i32x4.extend_low_i16x8_s(v128.load(v)));
        b = i32x4.add(b, i32x4.extend_high_i16x8_s(v128.load(v)));
        v += 16;
      }
      a = requantize(a, scale, lo, hi, round);
      b = requantize(b, scale, lo, hi, round);
      v128.store(out, i16x8.narrow_i32x4_s(a, b));
      out += 16;
    }
  }
}
