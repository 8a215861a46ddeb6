/**
 * Average pooling: the mean over a window, of the elements that lie inside the image.
 *
 *   output[c][y][x] = clamp(1/n · Σij input[c][stride·y + i - pad][stride·x + j - pad])
 *
 * Input and output: blocks [C/8][rows][W][8]. The pooling before the classifier, and MEAN over H and W,
 * have a window as large as the image.
 */
import { clamp } from "../simd/arithmetic";
import { Step, blockStride, firstRow } from "../step";

export function f32_averagepool(
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
  const output = firstRow(step.output, panel, rowBegin, outPitch);
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  const inStride = <usize>(step.images * inHeight) * inPitch;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const input = step.input + <usize>block * inStride;
    let out = output + <usize>block * outStride;
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
        let a = f32x4.splat(0);
        let b = a;
        for (let i = iBegin; i < iEnd; ++i) {
          let v = top + <usize>i * inPitch + <usize>jBegin * 32;
          for (let j = jBegin; j < jEnd; ++j) {
            a = f32x4.add(a, v128.load(v));
            b = f32x4.add(b, v128.load(v, 16));
            v += 32;
          }
        }
        const n = f32x4.splat(<f32>((iEnd - iBegin) * (jEnd - jBegin)));
        v128.store(out, clamp(f32x4.div(a, n), lo, hi));
        v128.store(out, clamp(f32x4.div(b, n), lo, hi), 16);
        out += 32;
      }
    }
  }
}
