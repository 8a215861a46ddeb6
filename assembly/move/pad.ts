/**
 * PAD in height and width with zeros, the real number 0.
 *
 *   output[c][y + top][x + left] = input[c][y][x]
 *
 * Input and output: nChw8c.
 */
import { Placement } from "../abi/move";

export function pad(params: Placement, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const outPitch = params.output.pitch;
  const inPitch = params.input.pitch;
  const before = <usize>params.left * params.output.pixelBytes;
  const outHeight = params.output.height;
  const inHeight = params.input.height;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const input = params.input.at(block, 0);
    let out = params.output.at(block, rowBegin);
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = row - image * outHeight - params.top;
      memory.fill(out, 0, outPitch);
      if (<u32>y < <u32>inHeight) {
        memory.copy(out + before, input + <usize>(image * inHeight + y) * inPitch, inPitch);
      }
      out += outPitch;
    }
  }
}
