/**
 * TRANSPOSE, SLICE and STRIDED_SLICE: each element of the output is one of the input, whose offset is the sum of one for
 * each coordinate:
 *
 *   output[c][n, y][x] = input at images[n] + rows[y] + columns[x] + channels[c]
 *
 * Input and output: blocks [C/8][rows][W][8]. The offsets, step.weights, are in bytes: int32 for each image, row, column
 * and channel of the output.
 */
import { Step } from "../step";

export function rearrange(step: Step, panel: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const pixelBytes = step.pixelBytes;
  const outHeight = step.outHeight;
  const outPitch = <usize>step.outWidth * pixelBytes;
  const images = step.weights;
  const rows = images + <usize>step.images * 4;
  const columns = rows + <usize>outHeight * 4;
  const channels = columns + <usize>step.outWidth * 4;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const lanes = channels + <usize>block * 32;
    const exist = step.outChannels - block * 8;
    let out = step.output + <usize>(block * step.images * outHeight + rowBegin) * outPitch;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const line =
        step.input + load<u32>(images + <usize>image * 4) + load<u32>(rows + <usize>(row - image * outHeight) * 4);
      for (let column = 0; column < step.outWidth; ++column) {
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
