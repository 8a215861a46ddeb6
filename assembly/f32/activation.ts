/**
 * An activation that stands alone: output = clamp(input). Input and output: blocks [C/8][rows][W][8].
 * (After a convolution it is the clamp in that kernel.)
 */
import { clamp } from "../simd/arithmetic";
import { Step, blockStride, firstRow } from "../step";

export function f32_activation(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pitch = <usize>step.outWidth * 32;
  const rows = step.images * step.outHeight;
  const called = rowEnd - rowBegin;
  const inStride = blockStride(step.input, rows, called, pitch);
  const outStride = blockStride(step.output, rows, called, pitch);
  const input = firstRow(step.input, panel, rowBegin, pitch);
  const output = firstRow(step.output, panel, rowBegin, pitch);
  const bytes = <usize>called * pitch;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const x = input + <usize>block * inStride;
    const y = output + <usize>block * outStride;
    for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, clamp(v128.load(x + i), lo, hi));
  }
}
