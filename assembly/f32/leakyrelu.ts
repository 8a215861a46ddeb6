/**
 * LEAKY_RELU: output = input where the input is at least 0, slope · input elsewhere.
 *
 * Input and output: nChw8c float32.
 */
import { Unary } from "../abi/elementwise";

export function f32_leakyrelu(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const slope = f32x4.splat(params.slope);
  const zeros = f32x4.splat(0);
  const input = params.input.address;
  const output = params.output;
  const bytes = <usize>(rowEnd - rowBegin) * output.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = output.offset(block, rowBegin);
    const x = input + start;
    const y = output.address + start;
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      v128.store(y + i, v128.bitselect(v, f32x4.mul(v, slope), f32x4.ge(v, zeros)));
    }
  }
}
