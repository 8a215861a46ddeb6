/**
 * Softmax over the channels of a pixel.
 *
 *   output[c] = e[c] / Σ e,   e[c] = exp(β · (input[c] - max))
 *
 * Input and output: nChw8c float32. Every call computes all blocks of its rows.
 */
import { Softmax } from "../abi/elementwise";
import { clearAfter, existing } from "../simd/channels";
import { exponential } from "./exponential";

export function f32_softmax(params: Softmax, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const beta = f32x4.splat(params.beta);
  const channels = params.input.channels;
  const blocks = params.output.blocks;
  const inStride = params.input.blockBytes;
  const outStride = params.output.blockBytes;
  let x = params.input.at(0, rowBegin);
  let y = params.output.at(0, rowBegin);
  for (let p = (rowEnd - rowBegin) * params.output.width; p > 0; --p) {
    let peak = f32x4.splat(-f32.MAX_VALUE);
    for (let block = 0; block < blocks; ++block) {
      const v = x + <usize>block * inStride;
      const low = existing(channels, block * 8);
      const high = existing(channels, block * 8 + 4);
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
      const e = v128.and(low, existing(channels, block * 8));
      const f = v128.and(high, existing(channels, block * 8 + 4));
      v128.store(w, e);
      v128.store(w, f, 16);
      sums = f32x4.add(sums, f32x4.add(e, f));
    }
    const sum = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
    const inverse = f32x4.splat(1 / sum);
    for (let block = 0; block < blocks; ++block) {
      const w = y + <usize>block * outStride;
      v128.store(w, f32x4.mul(v128.load(w), inverse));
      v128.store(w, f32x4.mul(v128.load(w, 16), inverse), 16);
    }
    x += 32;
    y += 32;
  }
  // Where the sum is NaN, 0 / sum is NaN as well.
  const pixels = (rowEnd - rowBegin) * params.output.width;
  clearAfter(params.output, params.output.at(0, rowBegin), outStride, pixels, blocks);
}
