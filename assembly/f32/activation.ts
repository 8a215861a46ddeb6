/**
 * A stand-alone activation: output = clamp(input). (After a convolution, that kernel clamps.)
 *
 * Input and output: nChw8c float32.
 */
import { Unary } from "../abi/elementwise";
import { clamp } from "../simd/arithmetic";

export function f32_activation(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const input = params.input.address;
  const output = params.output;
  const bytes = <usize>(rowEnd - rowBegin) * output.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = output.offset(block, rowBegin);
    const x = input + start;
    const y = output.address + start;
    for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, clamp(v128.load(x + i), lo, hi));
  }
}
