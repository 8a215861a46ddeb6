/**
 * im2col: the inputs of a k×k convolution in the order of its weights, so that the pointwise kernel can compute it.
 *
 *   output[(i, j, b)][y][x] = input[b][stride·y + dilation·i - pad][stride·x + dilation·j - pad]
 *
 * Input: nChw8c. Output: nChw8c with kernelHeight · kernelWidth · C/8 blocks, tap by tap, usually on the scratch tile;
 * zeros where a tap lies outside the image.
 */
import { Gather } from "../abi/move";

export function im2col(params: Gather, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const pixelBytes = params.input.pixelBytes;
  const inPitch = params.input.pitch;
  const inHeight = params.input.height;
  const inWidth = params.input.width;
  const inBlocks = params.input.blocks;
  const outHeight = params.output.height;
  const outWidth = params.output.width;
  const strideWidth = params.strideWidth;
  const output = params.output.from(tile, rowBegin);
  const outStride = params.output.stride(rowEnd - rowBegin);
  const zeros = i32x4.splat(0);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const tap = block / inBlocks;
    const i = tap / params.kernelWidth;
    const j = tap - i * params.kernelWidth;
    const input = params.input.at(block - tap * inBlocks, 0);
    let out = output + <usize>block * outStride;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * params.strideHeight - params.padTop + i * params.dilationHeight;
      const inside = <u32>y < <u32>inHeight;
      const line = input + <usize>(image * inHeight + y) * inPitch;
      let x = j * params.dilationWidth - params.padLeft;
      for (let column = 0; column < outWidth; ++column) {
        const within = inside && <u32>x < <u32>inWidth;
        const from = line + <usize>x * pixelBytes;
        v128.store(out, within ? v128.load(from) : zeros);
        if (pixelBytes == 32) v128.store(out, within ? v128.load(from, 16) : zeros, 16);
        out += pixelBytes;
        x += strideWidth;
      }
    }
  }
}
