/**
 * Max pooling of 8-bit models; input and output have the same scale and zero point.
 *
 *   output[c][y][x] = clamp(max ij input[c][stride·y + i - pad][stride·x + j - pad])
 *
 * Input and output: blocks [C/8][rows][W][8] of int16.
 */
import { Step } from "../step";

export function q8_maxpool(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const outPitch = <usize>step.outWidth * 16;
  const inPitch = <usize>step.inWidth * 16;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const inWidth = step.inWidth;
  const lo = i16x8.splat(<i16>step.lo);
  const hi = i16x8.splat(<i16>step.hi);

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
        let a = lo;
        for (let i = iBegin; i < iEnd; ++i) {
          let v = top + <usize>i * inPitch + <usize>jBegin * 16;
          for (let j = jBegin; j < jEnd; ++j) {
            a = i16x8.max_s(a, v128.load(v));
            v += 16;
          }
        }
        v128.store(out, i16x8.min_s(a, hi));
        out += 16;
      }
    }
  }
}
