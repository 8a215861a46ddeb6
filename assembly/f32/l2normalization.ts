/**
 * L2_NORMALIZATION over the channels of a pixel.
 *
 *   output[c] = input[c] / max(√Σ input², epsilon)
 *
 * Input and output: nChw8c float32. Every call computes all blocks of its rows.
 */
import { Normalization } from "../abi/reduce";
import { clearAfter } from "../simd/channels";

export function f32_l2normalization(params: Normalization, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const blocks = params.input.blocks;
  const inStride = params.input.blockBytes;
  const outStride = params.output.blockBytes;
  const pixels = (rowEnd - rowBegin) * params.output.width;
  let x = params.input.at(0, rowBegin);
  let y = params.output.at(0, rowBegin);
  for (let p = pixels; p > 0; --p) {
    let sums = f32x4.splat(0);
    for (let block = 0; block < blocks; ++block) {
      const a = v128.load(x + <usize>block * inStride);
      const b = v128.load(x + <usize>block * inStride, 16);
      sums = f32x4.add(sums, f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)));
    }
    const sum = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
    const norm = f32x4.splat(max<f32>(sqrt<f32>(sum), params.epsilon));
    for (let block = 0; block < blocks; ++block) {
      const from = x + <usize>block * inStride;
      const to = y + <usize>block * outStride;
      v128.store(to, f32x4.div(v128.load(from), norm));
      v128.store(to, f32x4.div(v128.load(from, 16), norm), 16);
    }
    x += 32;
    y += 32;
  }
  // Where the norm is NaN, 0 / norm is NaN as well.
  clearAfter(params.output, params.output.at(0, rowBegin), outStride, pixels, blocks);
}
