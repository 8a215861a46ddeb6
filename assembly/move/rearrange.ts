/**
 * TRANSPOSE, SLICE and STRIDED_SLICE: each element of the output is an element of the input, whose offset is the sum of
 * one offset per coordinate.
 *
 *   output[c][n, y][x] = input at images[n] + rows[y] + columns[x] + channels[c]
 *
 * Input and output: nChw8c. Offsets: uint32, in bytes, for the images, then the rows, columns and channels of the output.
 */
import { Rearrangement } from "../abi/move";

export function rearrange(
  params: Rearrangement,
  tile: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const input = params.input.address;
  const pixelBytes = params.output.pixelBytes;
  const outHeight = params.output.height;
  const outWidth = params.output.width;
  const images = params.offsets;
  const rows = images + <usize>params.output.images * 4;
  const columns = rows + <usize>outHeight * 4;
  const channels = columns + <usize>outWidth * 4;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const lanes = channels + <usize>block * 32;
    const exist = params.output.channels - block * 8;
    let out = params.output.at(block, rowBegin);
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const line =
        input + load<u32>(images + <usize>image * 4) + load<u32>(rows + <usize>(row - image * outHeight) * 4);
      for (let column = 0; column < outWidth; ++column) {
        const pixel = line + load<u32>(columns + <usize>column * 4);
        for (let lane = 0; lane < 8; ++lane) {
          const from = lanes + <usize>lane * 4;
          if (pixelBytes == 32) store<u32>(out + lane * 4, lane < exist ? load<u32>(pixel + load<u32>(from)) : 0);
          else store<u16>(out + lane * 2, lane < exist ? load<u16>(pixel + load<u32>(from)) : 0);
        }
        out += pixelBytes;
      }
    }
  }
}
