/**
 * The loop of the reductions: for each element of the output, all elements of the input along the reduced dimensions. A
 * dimension is reduced where the output is 1 long.
 *
 * T says how elements are loaded and combined: a class of inlined methods that has no fields and needs no object. (a, b)
 * accumulate eight channels in lanes of 32 bits. Where channels are reduced, the blocks are combined first, then the lanes,
 * and the one channel of the output is lane 0.
 */
import { Reduction } from "../abi/reduce";
import { existing } from "../simd/channels";

export function reduce<T>(params: Reduction, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const pixelBytes = params.input.pixelBytes;
  const images = params.input.images;
  const height = params.input.height;
  const width = params.input.width;
  const channels = params.input.channels;
  const outHeight = params.output.height;
  const outWidth = params.output.width;
  const allImages = params.output.images == 1;
  const allRows = outHeight == 1;
  const allColumns = outWidth == 1;
  const allChannels = params.output.channels == 1;

  for (let block = blockBegin; block < blockEnd; ++block) {
    const inEnd = allChannels ? params.input.blocks : block + 1;
    let out = params.output.at(block, rowBegin);
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = row - image * outHeight;
      const nBegin = allImages ? 0 : image;
      const nEnd = allImages ? images : image + 1;
      const yBegin = allRows ? 0 : y;
      const yEnd = allRows ? height : y + 1;
      for (let column = 0; column < outWidth; ++column) {
        const xBegin = allColumns ? 0 : column;
        const xEnd = allColumns ? width : column + 1;
        let a = op.identity();
        let b = a;
        for (let inBlock = allChannels ? 0 : block; inBlock < inEnd; ++inBlock) {
          const low = existing(channels, inBlock * 8);
          const high = existing(channels, inBlock * 8 + 4);
          for (let n = nBegin; n < nEnd; ++n) {
            for (let i = yBegin; i < yEnd; ++i) {
              let v = params.input.at(inBlock, n * height + i) + <usize>xBegin * pixelBytes;
              for (let x = xBegin; x < xEnd; ++x) {
                a = op.combine(a, v128.bitselect(op.low(v), op.identity(), low));
                b = op.combine(b, v128.bitselect(op.high(v), op.identity(), high));
                v += pixelBytes;
              }
            }
          }
        }
        if (allChannels) {
          a = op.combine(a, b);
          a = op.combine(a, i8x16.shuffle(a, a, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
          a = op.combine(a, i8x16.shuffle(a, a, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
        }
        // Also where the identity is no zero.
        a = v128.and(a, existing(params.output.channels, block * 8));
        b = v128.and(b, existing(params.output.channels, block * 8 + 4));
        op.store(params, out, a, b);
        out += pixelBytes;
      }
    }
  }
}
