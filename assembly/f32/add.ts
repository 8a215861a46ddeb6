/**
 * ADD: output = clamp(input + other), element by element.
 *
 * Input, other and output: nChw8c float32. `other` may be a single pixel, which is added to every pixel of the input.
 */
import { Binary } from "../abi/elementwise";
import { clamp } from "../simd/arithmetic";

export function f32_add(params: Binary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const single = params.other.rows * params.other.width == 1;
  const advance: usize = single ? 0 : 32;
  const otherRow = single ? 0 : rowBegin;
  const input = params.input.address;
  const output = params.output;
  const bytes = <usize>(rowEnd - rowBegin) * output.pitch;
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = output.offset(block, rowBegin);
    const x = input + start;
    const y = output.address + start;
    let other = params.other.at(block, otherRow);
    for (let i: usize = 0; i < bytes; i += 32) {
      v128.store(y + i, clamp(f32x4.add(v128.load(x + i), v128.load(other)), lo, hi));
      v128.store(y + i, clamp(f32x4.add(v128.load(x + i, 16), v128.load(other, 16)), lo, hi), 16);
      other += advance;
    }
  }
}
