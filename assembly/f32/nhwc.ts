/**
 * Between NHWC, the layout of the package's inputs and outputs, and channel blocks.
 * Blocks past the last channel are filled with zeros.
 */
import { Step } from "../step";

/** NHWC float32 [rows][W][C] to blocks [C/8][rows][W][8]. */
export function f32_toBlocks(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const channels = step.inChannels;
  const first = rowBegin * step.outWidth;
  const pixels = (rowEnd - rowBegin) * step.outWidth;
  const outStride = <usize>(step.images * step.outHeight * step.outWidth) * 32;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let x = step.input + <usize>(first * channels + block * 8) * 4;
    let y = step.output + <usize>block * outStride + <usize>first * 32;
    const exist = channels - block * 8;
    for (let p = pixels; p > 0; --p) {
      if (exist >= 8) {
        v128.store(y, v128.load(x));
        v128.store(y, v128.load(x, 16), 16);
      } else {
        for (let c = 0; c < 8; ++c) store<f32>(y + c * 4, c < exist ? load<f32>(x + c * 4) : 0);
      }
      x += <usize>channels * 4;
      y += 32;
    }
  }
}

/** Blocks [C/8][rows][W][8] to NHWC float32 [rows][W][C]. */
export function f32_fromBlocks(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const channels = step.outChannels;
  const first = rowBegin * step.outWidth;
  const pixels = (rowEnd - rowBegin) * step.outWidth;
  const inStride = <usize>(step.images * step.outHeight * step.outWidth) * 32;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let x = step.input + <usize>block * inStride + <usize>first * 32;
    let y = step.output + <usize>(first * channels + block * 8) * 4;
    const exist = min(8, channels - block * 8);
    for (let p = pixels; p > 0; --p) {
      for (let c = 0; c < exist; ++c) store<f32>(y + c * 4, load<f32>(x + c * 4));
      x += 32;
      y += <usize>channels * 4;
    }
  }
}
