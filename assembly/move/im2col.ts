/**
 * The inputs of a k×k convolution in the order of its weights ("im2col"), so that the pointwise kernel can
 * compute it:
 *
 *   output[(i, j, b)][y][x] = input[b][stride·y + i - pad][stride·x + j - pad]
 *
 * Input: blocks [C/8][rows][W][8]. Output: blocks too, kernelHeight · kernelWidth · C/8 of them, tap by
 * tap, on the panel; zeros where a tap lies outside the image.
 */
import { Step, blockStride, firstRow } from "../step";

export function im2col(step: Step, panel: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const pixelBytes = step.pixelBytes;
  const outPitch = <usize>step.outWidth * pixelBytes;
  const inPitch = <usize>step.inWidth * pixelBytes;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const inWidth = step.inWidth;
  const inBlocks = step.inBlocks;
  const output = firstRow(step.output, panel, rowBegin, outPitch);
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  const inStride = <usize>(step.images * inHeight) * inPitch;
  const zeros = i32x4.splat(0);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const tap = block / inBlocks;
    const i = tap / step.kernelWidth;
    const j = tap - i * step.kernelWidth;
    const input = step.input + <usize>(block - tap * inBlocks) * inStride;
    let out = output + <usize>block * outStride;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * step.strideHeight - step.padTop + i;
      const inside = <u32>y < <u32>inHeight;
      const line = input + <usize>(image * inHeight + y) * inPitch;
      let x = j - step.padLeft;
      for (let column = 0; column < step.outWidth; ++column) {
        const within = inside && <u32>x < <u32>inWidth;
        const from = line + <usize>x * pixelBytes;
        v128.store(out, within ? v128.load(from) : zeros);
        if (pixelBytes == 32) v128.store(out, within ? v128.load(from, 16) : zeros, 16);
        out += pixelBytes;
        x += step.strideWidth;
      }
    }
  }
}
