/**
 * ADD: output = clamp(input + other), element by element.
 *
 * Input, other and output: blocks [C/8][rows][W][8]. Without another input step.weights holds a constant for each
 * channel, [C/8][8].
 */
import { clamp } from "../simd/arithmetic";
import { Step } from "../step";

export function f32_add(step: Step, panel: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const pitch = <usize>step.outWidth * 32;
  const stride = <usize>(step.images * step.outHeight) * pitch;
  const bytes = <usize>(rowEnd - rowBegin) * pitch;
  const advance: usize = step.other ? 32 : 0;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = <usize>block * stride + <usize>rowBegin * pitch;
    const x = step.input + start;
    const y = step.output + start;
    let other = step.other ? step.other + start : step.weights + <usize>block * 32;
    for (let i: usize = 0; i < bytes; i += 32) {
      v128.store(y + i, clamp(f32x4.add(v128.load(x + i), v128.load(other)), lo, hi));
      v128.store(y + i, clamp(f32x4.add(v128.load(x + i, 16), v128.load(other, 16)), lo, hi), 16);
      other += advance;
    }
  }
}
