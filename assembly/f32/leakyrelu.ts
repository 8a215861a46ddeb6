/**
 * LEAKY_RELU: output = input where it is at least 0, else step.scale · input.
 * Input and output: blocks [C/8][rows][W][8].
 */
import { Step } from "../step";

export function f32_leakyrelu(
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
  const slope = f32x4.splat(step.scale);
  const zeros = f32x4.splat(0);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = <usize>block * stride + <usize>rowBegin * pitch;
    const x = step.input + start;
    const y = step.output + start;
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      v128.store(y + i, v128.bitselect(v, f32x4.mul(v, slope), f32x4.ge(v, zeros)));
    }
  }
}
