/**
 * An activation that stands alone, and the change from one 8-bit quantisation to another (QUANTIZE):
 *
 *   output = requantize(input),   step.scale = input scale / output scale
 *
 * Input and output: blocks [C/8][rows][W][8] of int16.
 */
import { requantize } from "../simd/requantize";
import { Step, blockStride, firstRow } from "../step";

export function q8_activation(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pitch = <usize>step.outWidth * 16;
  const rows = step.images * step.outHeight;
  const called = rowEnd - rowBegin;
  const inStride = blockStride(step.input, rows, called, pitch);
  const outStride = blockStride(step.output, rows, called, pitch);
  const input = firstRow(step.input, panel, rowBegin, pitch);
  const output = firstRow(step.output, panel, rowBegin, pitch);
  const bytes = <usize>called * pitch;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const scale = f32x4.splat(step.scale);
  const round = f32x4.splat(step.round);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const x = input + <usize>block * inStride;
    const y = output + <usize>block * outStride;
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      const a = requantize(i32x4.extend_low_i16x8_s(v), scale, lo, hi, round);
      const b = requantize(i32x4.extend_high_i16x8_s(v), scale, lo, hi, round);
      v128.store(y + i, i16x8.narrow_i32x4_s(a, b));
    }
  }
}
