/**
 * QUANTIZE: float32 to 8-bit.
 *
 *   output = clamp(round(input · step.scale)),   step.scale = 1 / output scale, rounded half to even
 *
 * Input: blocks [C/8][rows][W][8] of float32. Output: the same of int16, less the zero point. NaN becomes
 * the lower bound.
 */
import { toInteger } from "../lanes";
import { Step, blockStride, firstRow } from "../step";

export function int8_quantize(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pixels = <usize>step.outWidth;
  const rows = step.images * step.outHeight;
  const called = rowEnd - rowBegin;
  const inStride = blockStride(step.input, rows, called, pixels * 32);
  const outStride = blockStride(step.output, rows, called, pixels * 16);
  const input = firstRow(step.input, panel, rowBegin, pixels * 32);
  const output = firstRow(step.output, panel, rowBegin, pixels * 16);
  const bytes = <usize>called * pixels * 16;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const scale = f32x4.splat(step.scale);
  const round = f32x4.splat(step.round);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const x = input + <usize>block * inStride;
    const y = output + <usize>block * outStride;
    for (let i: usize = 0; i < bytes; i += 16) {
      const a = f32x4.mul(v128.load(x + 2 * i), scale);
      const b = f32x4.mul(v128.load(x + 2 * i, 16), scale);
      // pmax(lo, x) keeps lo if x is NaN
      const low = toInteger(f32x4.pmin(hi, f32x4.pmax(lo, a)), round);
      const high = toInteger(f32x4.pmin(hi, f32x4.pmax(lo, b)), round);
      v128.store(y + i, i16x8.narrow_i32x4_s(low, high));
    }
  }
}
