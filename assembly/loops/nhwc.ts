/**
 * The loops between NHWC, the layout of a network's inputs and outputs, and nChw8c.
 *
 * T converts elements: a class of inlined methods that has no fields and needs no object. `nhwcBytes` and `blockBytes` are
 * the bytes of an element on either side.
 */
import { Move } from "../abi/move";

/** NHWC to nChw8c. The channels past the last one become 0. */
export function toBlocks<T>(params: Move, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const flip = params.input.flip;
  const zeroPoint = params.input.zeroPoint;
  const channels = params.input.channels;
  const pixels = (rowEnd - rowBegin) * params.input.width;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let x = params.input.at(0, rowBegin) + <usize>(block * 8) * op.nhwcBytes;
    let y = params.output.at(block, rowBegin);
    const exist = channels - block * 8;
    for (let p = pixels; p > 0; --p) {
      if (exist >= 8) {
        op.toBlock(x, y, flip, zeroPoint);
      } else {
        for (let c = 0; c < 8; ++c) {
          op.toElement(x + <usize>c * op.nhwcBytes, y + <usize>c * op.blockBytes, c < exist, flip, zeroPoint);
        }
      }
      x += <usize>channels * op.nhwcBytes;
      y += 8 * op.blockBytes;
    }
  }
}

/** nChw8c to NHWC. */
export function fromBlocks<T>(params: Move, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const channels = params.output.channels;
  const flip = params.output.flip;
  const zeroPoint = params.output.zeroPoint;
  const pixels = (rowEnd - rowBegin) * params.output.width;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const exist = min(8, channels - block * 8);
    let x = params.input.at(block, rowBegin);
    let y = params.output.at(0, rowBegin) + <usize>(block * 8) * op.nhwcBytes;
    for (let p = pixels; p > 0; --p) {
      for (let c = 0; c < exist; ++c) {
        op.fromElement(x + <usize>c * op.blockBytes, y + <usize>c * op.nhwcBytes, flip, zeroPoint);
      }
      x += 8 * op.blockBytes;
      y += <usize>channels * op.nhwcBytes;
    }
  }
}
