/**
 * One input of a CONCATENATION, copied to its place in the output:
 *
 *   output[channel + c][y + top][x + left] = input[c][y][x]
 *
 * Input and output: nChw8c. With `rescales`, the elements are 8-bit and go through `table` (q8/lookup.ts) to the
 * quantisation of the output. Whole rows are copied if the channels begin with a block. Otherwise pixels are copied channel
 * by channel and zeros fill the rest of the last block, which the next input overwrites. Every call copies all blocks of
 * its rows.
 */
import { Placement } from "../abi/move";
import { entry } from "../simd/table";

export function concatenation(params: Placement, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const pixelBytes = params.input.pixelBytes;
  const inPitch = params.input.pitch;
  const inHeight = params.input.height;
  const inWidth = params.input.width;
  const inBlocks = params.input.blocks;
  const inStride = params.input.blockBytes;
  const outStride = params.output.blockBytes;
  const outHeight = params.output.height;
  const first = params.channel;
  for (let row = rowBegin; row < rowEnd; ++row) {
    const image = row / outHeight;
    const y = row - image * outHeight - params.top;
    if (<u32>y >= <u32>inHeight) continue;
    let x = params.input.at(0, image * inHeight + y);
    let out = params.output.at(0, row) + <usize>params.left * pixelBytes;
    if (first & 7 || params.rescales) {
      for (let column = 0; column < inWidth; ++column) {
        copyPixel(params, x, inStride, out, outStride);
        x += pixelBytes;
        out += pixelBytes;
      }
    } else {
      out += <usize>(first >> 3) * outStride;
      for (let block = 0; block < inBlocks; ++block) {
        memory.copy(out + <usize>block * outStride, x + <usize>block * inStride, inPitch);
      }
    }
  }
}

/** Copies one pixel channel by channel. */
function copyPixel(params: Placement, x: usize, inStride: usize, out: usize, outStride: usize): void {
  const bytes = params.input.pixelBytes >> 3;
  const table = params.table;
  const zeroPoint = params.input.zeroPoint;
  const channels = params.input.channels;
  const rescales = params.rescales;
  let to = params.channel;
  for (let c = 0; c < channels || to & 7; ++c, ++to) {
    const from = x + <usize>(c >> 3) * inStride + <usize>(c & 7) * bytes;
    const at = out + <usize>(to >> 3) * outStride + <usize>(to & 7) * bytes;
    if (c >= channels) {
      if (bytes == 4) store<u32>(at, 0);
      else store<u16>(at, 0);
    } else if (bytes == 4) {
      store<u32>(at, load<u32>(from));
    } else {
      store<i16>(at, rescales ? entry(table, from, zeroPoint) : load<i16>(from));
    }
  }
}
