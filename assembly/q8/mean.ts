/**
 * MEAN over height and width of 8-bit models whose output has its own scale.
 *
 *   output[c] = requantize(Σ input[c]),   factor = input scale / (output scale · height · width)
 *
 * Input: nChw8c int16. Output: the same, one pixel per image.
 */
import { Pool } from "../abi/pool";
import { requantize } from "../simd/requantize";

export function q8_mean(params: Pool, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const height = params.input.height;
  const pixels = height * params.input.width;
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  const factor = f32x4.splat(params.factor);
  for (let block = blockBegin; block < blockEnd; ++block) {
    let v = params.input.at(block, rowBegin * height);
    let out = params.output.at(block, rowBegin);
    for (let image = rowBegin; image < rowEnd; ++image) {
      let a = i32x4.splat(0);
      let b = a;
      for (let p = 0; p < pixels; ++p) {
        a = i32x4.add(a, i32x4.extend_low_i16x8_s(v128.load(v)));
        b = i32x4.add(b, i32x4.extend_high_i16x8_s(v128.load(v)));
        v += 16;
      }
      a = requantize(a, factor, lo, hi, round);
      b = requantize(b, factor, lo, hi, round);
      v128.store(out, i16x8.narrow_i32x4_s(a, b));
      out += 16;
    }
  }
}
