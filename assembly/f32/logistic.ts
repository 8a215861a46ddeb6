/**
 * LOGISTIC, the sigmoid: output = 1 / (1 + exp(-input)), of negative inputs exp(input) / (1 + exp(input)), so that the
 * exponential never overflows. Input and output: blocks [C/8][rows][W][8].
 */
import { Step } from "../step";
import { exponential } from "./exponential";

export function f32_logistic(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pitch = <usize>step.outWidth * 32;
  const stride = <usize>(step.images * step.outHeight) * pitch;
  const bytes = <usize>(rowEnd - rowBegin) * pitch;
  const one = f32x4.splat(1);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = <usize>block * stride + <usize>rowBegin * pitch;
    const x = step.input + start;
    const y = step.output + start;
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      const e = exponential(f32x4.neg(f32x4.abs(v)));
      const numerator = v128.bitselect(e, one, i32x4.shr_s(v, 31));
      v128.store(y + i, f32x4.div(numerator, f32x4.add(one, e)));
    }
  }
}
