/**
 * RESHAPE between shapes whose last dimensions differ, so that the elements move to other blocks: element i
 * of the output is element i of the input, both counted as in NHWC.
 * Input and output: blocks [C/8][rows][W][8]. (Other reshapes do nothing.)
 */
import { Step } from "../step";

export function reshape(step: Step, panel: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const bytes = <usize>step.pixelBytes / 8;
  const inChannels = step.inChannels;
  const outChannels = step.outChannels;
  const inStride = <usize>(step.images * step.inHeight * step.inWidth) * step.pixelBytes;
  const outStride = <usize>(step.images * step.outHeight * step.outWidth) * step.pixelBytes;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let out = step.output + <usize>block * outStride + <usize>(rowBegin * step.outWidth) * step.pixelBytes;
    for (let p = rowBegin * step.outWidth; p < rowEnd * step.outWidth; ++p) {
      let pixel = (p * outChannels + block * 8) / inChannels;
      let c = p * outChannels + block * 8 - pixel * inChannels;
      const exist = outChannels - block * 8;
      for (let lane = 0; lane < 8; ++lane) {
        const x = <usize>(c >> 3) * inStride + <usize>pixel * step.pixelBytes + <usize>(c & 7) * bytes;
        if (bytes == 4) store<u32>(out, lane < exist ? load<u32>(step.input + x) : 0);
        else store<u16>(out, lane < exist ? load<u16>(step.input + x) : 0);
        out += bytes;
        if (++c == inChannels) {
          c = 0;
          ++pixel;
        }
      }
    }
  }
}
