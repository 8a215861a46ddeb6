/**
 * The loops between NHWC, the layout of a network's inputs and outputs, and nChw8c.
 *
 * T converts elements: a class of inlined methods that has no fields and needs no object. N is the type of an
 * element in NHWC, B its type in nChw8c.
 */
import { Move } from "../abi/move";

/** NHWC to nChw8c. The channels past the last one become 0. */
export function toBlocks<T, N, B>(params: Move, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const flip = params.input.flip;
  const zeroPoint = params.input.zeroPoint;
  const channels = params.input.channels;
  const pixels = (rowEnd - rowBegin) * params.input.width;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let x = params.input.at(0, rowBegin) + <usize>(block * 8) * sizeof<N>();
    let y = params.output.at(block, rowBegin);
    const exist = channels - block * 8;
    for (let p = pixels; p > 0; --p) {
      if (exist >= 8) {
        op.toBlock(x, y, flip, zeroPoint);
      } else {
        for (let c = 0; c < 8; ++c) {
          op.toElement(x + <usize>c * sizeof<N>(), y + <usize>c * sizeof<B>(), c < exist, flip, zeroPoint);
        }
      }
      x += <usize>channels * sizeof<N>();
      y += 8 * sizeof<B>();
    }
  }
}

/** nChw8c to NHWC. */
export function fromBlocks<T, N, B>(params: Move, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const channels = params.output.channels;
  const flip = params.output.flip;
  const zeroPoint = params.output.zeroPoint;
  const pixels = (rowEnd - rowBegin) * params.output.width;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const exist = min(8, channels - block * 8);
    let x = params.input.at(block, rowBegin);
    let y = params.output.at(0, rowBegin) + <usize>(block * 8) * sizeof<N>();
    for (let p = pixels; p > 0; --p) {
      for (let c = 0; c < exist; ++c) {
        op.fromElement(x + <usize>c * sizeof<B>(), y + <usize>c * sizeof<N>(), flip, zeroPoint);
      }
      x += 8 * sizeof<B>();
      y += <usize>channels * sizeof<N>();
    }
  }
}
