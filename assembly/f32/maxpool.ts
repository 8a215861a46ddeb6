/**
 * Max pooling: the largest element of a window that lies inside the image.
 *
 *   output[c][y][x] = clamp(max ij input[c][stride·y + i - pad][stride·x + j - pad])
 *
 * Input and output: blocks [C/8][rows][W][8]. A NaN in the window stays one, so it is max and not pmax here.
 */
import { clamp } from "../simd/arithmetic";
import { Step } from "../step";

export function f32_maxpool(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const outPitch = <usize>step.outWidth * 32;
  const inPitch = <usize>step.inWidth * 32;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const inWidth = step.inWidth;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const input = step.input + <usize>(block * step.images * inHeight) * inPitch;
    let out = step.output + <usize>(block * step.images * outHeight + rowBegin) * outPitch;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * step.strideHeight - step.padTop;
      const iBegin = max(0, y);
      const iEnd = min(inHeight, y + step.kernelHeight);
      const top = input + <usize>(image * inHeight) * inPitch;
      for (let column = 0; column < step.outWidth; ++column) {
        const x = column * step.strideWidth - step.padLeft;
        const jBegin = max(0, x);
        const jEnd = min(inWidth, x + step.kernelWidth);
        let a = f32x4.splat(-Infinity);
        let b = a;
        for (let i = iBegin; i < iEnd; ++i) {
          let v = top + <usize>i * inPitch + <usize>jBegin * 32;
          for (let j = jBegin; j < jEnd; ++j) {
            a = f32x4.max(a, v128.load(v));
            b = f32x4.max(b, v128.load(v, 16));
            v += 32;
          }
        }
        v128.store(out, clamp(a, lo, hi));
        v128.store(out, clamp(b, lo, hi), 16);
        out += 32;
      }
    }
  }
}
