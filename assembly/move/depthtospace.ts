/**
 * DEPTH_TO_SPACE: the channels of a pixel become a square of pixels.
 *
 *   output[c][y - top][x - left] = input[c · channelStep + (y mod size · size + x mod size) · pixelStep][⌊y / size⌋][⌊x / size⌋]
 *
 * Input and output: nChw8c. Whole blocks are copied where each pixel of the square begins with a block.
 */
import { Depth } from "../abi/move";

export function depthToSpace(params: Depth, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const size = params.blockSize;
  const channelStep = params.channelStep;
  const pixelBytes = params.output.pixelBytes;
  const bytes = pixelBytes >> 3;
  const inStride = params.input.blockBytes;
  const inHeight = params.input.height;
  const outHeight = params.output.height;
  const outWidth = params.output.width;
  const isWhole = channelStep == 1 && !(params.pixelStep & 7);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const exist = min(8, params.output.channels - block * 8);
    let out = params.output.at(block, rowBegin);
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = row - image * outHeight + params.top;
      let pixel = params.input.at(0, image * inHeight + y / size) + <usize>(params.left / size) * pixelBytes;
      const first = (y % size) * size;
      let i = params.left % size;
      for (let column = 0; column < outWidth; ++column) {
        let channel = block * 8 * channelStep + (first + i) * params.pixelStep;
        if (isWhole) {
          const from = pixel + <usize>(channel >> 3) * inStride;
          v128.store(out, v128.load(from));
          if (pixelBytes == 32) v128.store(out, v128.load(from, 16), 16);
        } else {
          for (let lane = 0; lane < 8; ++lane) {
            const from = pixel + <usize>(channel >> 3) * inStride + <usize>(channel & 7) * bytes;
            if (bytes == 4) store<u32>(out + <usize>lane * 4, lane < exist ? load<u32>(from) : 0);
            else store<u16>(out + <usize>lane * 2, lane < exist ? load<u16>(from) : 0);
            channel += channelStep;
          }
        }
        out += pixelBytes;
        if (++i == size) {
          i = 0;
          pixel += pixelBytes;
        }
      }
    }
  }
}
