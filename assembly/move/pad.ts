/**
 * PAD in height and width with zeros, the real number 0.
 * Input and output: blocks [C/8][rows][W][8]; padTop and padLeft say where the image comes to lie.
 */
import { Step } from "../step";

export function pad(step: Step, panel: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const outPitch = <usize>step.outWidth * step.pixelBytes;
  const inPitch = <usize>step.inWidth * step.pixelBytes;
  const before = <usize>step.padLeft * step.pixelBytes;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const input = step.input + <usize>(block * step.images * inHeight) * inPitch;
    let out = step.output + <usize>(block * step.images * outHeight + rowBegin) * outPitch;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = row - image * outHeight - step.padTop;
      memory.fill(out, 0, outPitch);
      if (<u32>y < <u32>inHeight) {
        memory.copy(out + before, input + <usize>(image * inHeight + y) * inPitch, inPitch);
      }
      out += outPitch;
    }
  }
}
