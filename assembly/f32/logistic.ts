/**
 * LOGISTIC, the sigmoid: output = 1 / (1 + exp(-input)). Negative inputs use exp(input) / (1 + exp(input)), so the
 * exponential never overflows.
 *
 * Input and output: nChw8c float32. LOGISTIC(0) is 1/2, so the channels after the last one are cleared.
 */
import { Unary } from "../abi/elementwise";
import { clearAfter } from "../simd/channels";
import { exponential } from "./exponential";

export function f32_logistic(
  params: Unary,
  tile: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const one = f32x4.splat(1);
  const input = params.input.address;
  const output = params.output;
  const bytes = <usize>(rowEnd - rowBegin) * output.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = output.offset(block, rowBegin);
    const x = input + start;
    const y = output.address + start;
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      const e = exponential(f32x4.neg(f32x4.abs(v)));
      const numerator = v128.bitselect(e, one, i32x4.shr_s(v, 31));
      v128.store(y + i, f32x4.div(numerator, f32x4.add(one, e)));
    }
  }
  const pixels = (rowEnd - rowBegin) * output.width;
  clearAfter(output, output.at(0, rowBegin), output.blockBytes, pixels, blockEnd);
}
