/**
 * Softmax over the channels of a pixel.
 *
 *   output[c] = e[c] / Σ e,   e[c] = exp(β · (input[c] - max))
 *
 * Input and output: blocks [C/8][rows][W][8]; step.scale is β, step.inChannels is C. Every call does
 * all the blocks of its rows.
 */
import { Step, blockStride, firstRow } from "../step";
import { exponential } from "./exponential";

export function f32_softmax(
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
  let x = firstRow(step.input, panel, rowBegin, pitch);
  let y = firstRow(step.output, panel, rowBegin, pitch);
  const blocks = step.outBlocks;
  const beta = f32x4.splat(step.scale);
  for (let p = called * step.outWidth; p > 0; --p) {
    let peak = f32x4.splat(-f32.MAX_VALUE);
    for (let block = 0; block < blocks; ++block) {
      const v = x + <usize>block * inStride;
      const low = valid(step, block * 8);
      const high = valid(step, block * 8 + 4);
      peak = f32x4.pmax(peak, v128.bitselect(v128.load(v), peak, low));
      peak = f32x4.pmax(peak, v128.bitselect(v128.load(v, 16), peak, high));
    }
    peak = f32x4.pmax(peak, i8x16.shuffle(peak, peak, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    peak = f32x4.pmax(peak, i8x16.shuffle(peak, peak, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));

    let sums = f32x4.splat(0);
    for (let block = 0; block < blocks; ++block) {
      const v = x + <usize>block * inStride;
      const w = y + <usize>block * outStride;
      const low = exponential(f32x4.mul(beta, f32x4.sub(v128.load(v), peak)));
      const high = exponential(f32x4.mul(beta, f32x4.sub(v128.load(v, 16), peak)));
      const e = v128.and(low, valid(step, block * 8));
      const f = v128.and(high, valid(step, block * 8 + 4));
      v128.store(w, e);
      v128.store(w, f, 16);
      sums = f32x4.add(sums, f32x4.add(e, f));
    }
    const sum =
      f32x4.extract_lane(sums, 0) +
      f32x4.extract_lane(sums, 1) +
      (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
    const inverse = f32x4.splat(1 / sum);
    for (let block = 0; block < blocks; ++block) {
      const w = y + <usize>block * outStride;
      v128.store(w, f32x4.mul(v128.load(w), inverse));
      v128.store(w, f32x4.mul(v128.load(w, 16), inverse), 16);
    }
    x += 32;
    y += 32;
  }
}

/** All ones in the lanes of channels first…first + 3 that exist. */
@inline
function valid(step: Step, first: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)), i32x4.splat(step.inChannels));
}
