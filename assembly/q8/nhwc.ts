/**
 * Between NHWC bytes, the layout of the package's 8-bit inputs and outputs, and channel blocks of int16 that hold
 * q - zeroPoint. step.flip and step.zeroPoint serve uint8 and int8 alike.
 */
import { Step } from "../step";

/** NHWC uint8 or int8 [rows][W][C] to blocks [C/8][rows][W][8]. */
export function q8_toBlocks(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const channels = step.inChannels;
  const flip = step.flip;
  const zeroPoint = step.zeroPoint;
  const first = rowBegin * step.outWidth;
  const pixels = (rowEnd - rowBegin) * step.outWidth;
  const outStride = <usize>(step.images * step.outHeight * step.outWidth) * 16;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let x = step.input + <usize>(first * channels + block * 8);
    let y = step.output + <usize>block * outStride + <usize>first * 16;
    const exist = channels - block * 8;
    for (let p = pixels; p > 0; --p) {
      if (exist >= 8) {
        const v = v128.xor(v128.load8x8_u(x), i16x8.splat(<i16>flip));
        v128.store(y, i16x8.sub(v, i16x8.splat(<i16>zeroPoint)));
      } else {
        for (let c = 0; c < 8; ++c) {
          const v = ((<i32>load<u8>(x + c)) ^ flip) - zeroPoint;
          store<i16>(y + c * 2, <i16>(c < exist ? v : 0));
        }
      }
      x += channels;
      y += 16;
    }
  }
}

/** Blocks [C/8][rows][W][8] to NHWC uint8 or int8 [rows][W][C]. */
export function q8_fromBlocks(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const channels = step.outChannels;
  const flip = step.flip;
  const zeroPoint = step.zeroPoint;
  const first = rowBegin * step.outWidth;
  const pixels = (rowEnd - rowBegin) * step.outWidth;
  const inStride = <usize>(step.images * step.outHeight * step.outWidth) * 16;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let x = step.input + <usize>block * inStride + <usize>first * 16;
    let y = step.output + <usize>(first * channels + block * 8);
    const exist = min(8, channels - block * 8);
    for (let p = pixels; p > 0; --p) {
      for (let c = 0; c < exist; ++c) {
        store<u8>(y + c, <u8>((<i32>load<i16>(x + c * 2) + zeroPoint) ^ flip));
      }
      x += 16;
      y += channels;
    }
  }
}
