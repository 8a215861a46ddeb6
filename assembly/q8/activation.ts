/**
 * A stand-alone activation, and the change from one 8-bit quantisation to another (QUANTIZE):
 *
 *   output = requantize(input),   factor = input scale / output scale
 *
 * Input and output: nChw8c int16.
 */
import { Unary } from "../abi/elementwise";
import { requantize } from "../simd/requantize";

export function q8_activation(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const factor = f32x4.splat(params.factor);
  const round = f32x4.splat(params.round);
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const input = params.input.address;
  const output = params.output;
  const bytes = <usize>(rowEnd - rowBegin) * output.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = output.offset(block, rowBegin);
    const x = input + start;
    const y = output.address + start;
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      const a = requantize(i32x4.extend_low_i16x8_s(v), factor, lo, hi, round);
      const b = requantize(i32x4.extend_high_i16x8_s(v), factor, lo, hi, round);
      v128.store(y + i, i16x8.narrow_i32x4_s(a, b));
    }
  }
}
