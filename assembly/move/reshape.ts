/**
 * RESHAPE between shapes with different last dimensions, whose elements lie in different blocks: element i of the output
 * is element i of the input, both counted in NHWC order. (Other reshapes move nothing.)
 *
 * Input and output: nChw8c.
 */
import { Move } from "../abi/move";

export function reshape(params: Move, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const input = params.input.address;
  const pixelBytes = params.input.pixelBytes;
  const bytes = pixelBytes / 8;
  const inStride = params.input.blockBytes;
  const inChannels = params.input.channels;
  const outChannels = params.output.channels;
  const outWidth = params.output.width;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let out = params.output.at(block, rowBegin);
    for (let p = rowBegin * outWidth; p < rowEnd * outWidth; ++p) {
      let pixel = (p * outChannels + block * 8) / inChannels;
      let c = p * outChannels + block * 8 - pixel * inChannels;
      const exist = outChannels - block * 8;
      for (let lane = 0; lane < 8; ++lane) {
        const x = input + <usize>(c >> 3) * inStride + <usize>pixel * pixelBytes + <usize>(c & 7) * bytes;
        if (bytes == 4) store<u32>(out, lane < exist ? load<u32>(x) : 0);
        else store<u16>(out, lane < exist ? load<u16>(x) : 0);
        out += bytes;
        if (++c == inChannels) {
          c = 0;
          ++pixel;
        }
      }
    }
  }
}
