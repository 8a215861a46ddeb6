/** The channels after C in the last block, which are 0 in every activation: abi/tensor.ts states the rule. */
import { Tensor } from "../abi/tensor";

/** All ones in the lanes of the channels first…first + 3 that exist. */
@inline
export function existing(channels: i32, first: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)), i32x4.splat(channels));
}

/**
 * Writes 0 to the channels after C of float32 pixels, if the call computed the last block. For kernels whose arithmetic
 * may leave something else there, such as Infinity · 0.
 *
 * @param output address of the first pixel in the first block of the tensor.
 * @param stride bytes from a block to the next.
 */
export function clearAfter(tensor: Tensor, output: usize, stride: usize, pixels: i32, blockEnd: i32): void {
  const channels = tensor.channels;
  const blocks = tensor.blocks;
  if (!(channels & 7) || blockEnd < blocks) return;
  const low = existing(channels, blocks * 8 - 8);
  const high = existing(channels, blocks * 8 - 4);
  let y = output + <usize>(blocks - 1) * stride;
  for (let p = pixels; p > 0; --p) {
    v128.store(y, v128.and(v128.load(y), low));
    v128.store(y, v128.and(v128.load(y, 16), high), 16);
    y += 32;
  }
}
