/**
 * One input of a CONCATENATION, copied to its place in the output:
 *
 *   output[firstChannel + c][y + padTop][x + padLeft] = input[c][y][x]
 *
 * Input and output: blocks [C/8][rows][W][8]. If there are step.weights, the values are 8-bit and go through that table
 * (q8/lookup.ts) to the quantisation of the output. A row is copied whole where its channels begin with a block; else
 * the rest of the last block is filled with zeros, on which the next input comes to lie. Every call does all the blocks
 * of its rows.
 */
import { Step } from "../step";

export function concatenation(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pixelBytes = step.pixelBytes;
  const inPitch = <usize>step.inWidth * pixelBytes;
  const outPitch = <usize>step.outWidth * pixelBytes;
  const outHeight = step.outHeight;
  const inStride = <usize>(step.images * step.inHeight) * inPitch;
  const outStride = <usize>(step.images * outHeight) * outPitch;
  const first = step.firstChannel;
  for (let row = rowBegin; row < rowEnd; ++row) {
    const image = row / outHeight;
    const y = row - image * outHeight - step.padTop;
    if (<u32>y >= <u32>step.inHeight) continue;
    let x = step.input + <usize>(image * step.inHeight + y) * inPitch;
    let out = step.output + <usize>row * outPitch + <usize>step.padLeft * pixelBytes;
    if (first & 7 || step.weights) {
      for (let column = 0; column < step.inWidth; ++column) {
        copyPixel(step, x, inStride, out, outStride);
        x += pixelBytes;
        out += pixelBytes;
      }
    } else {
      out += <usize>(first >> 3) * outStride;
      for (let block = 0; block < step.inBlocks; ++block) {
        memory.copy(out + <usize>block * outStride, x + <usize>block * inStride, inPitch);
      }
    }
  }
}

/** The channels of one pixel, one by one. */
function copyPixel(step: Step, x: usize, inStride: usize, out: usize, outStride: usize): void {
  const bytes = step.pixelBytes >> 3;
  const zero = step.weights + <usize>step.zeroPoint * 2;
  const channels = step.inChannels;
  let to = step.firstChannel;
  for (let c = 0; c < channels || to & 7; ++c, ++to) {
    const from = x + <usize>(c >> 3) * inStride + <usize>(c & 7) * bytes;
    const at = out + <usize>(to >> 3) * outStride + <usize>(to & 7) * bytes;
    if (c >= channels) {
      if (bytes == 4) store<u32>(at, 0);
      else store<u16>(at, 0);
    } else if (bytes == 4) {
      store<u32>(at, load<u32>(from));
    } else {
      store<u16>(at, step.weights ? load<u16>(zero + <usize>(<i32>load<i16>(from) * 2)) : load<u16>(from));
    }
  }
}
