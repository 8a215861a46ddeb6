/**
 * TRANSPOSE, SLICE, STRIDED_SLICE, PAD, TILE, GATHER and others: each element of the output is an element of the input,
 * whose offset is the sum of one offset per coordinate, or a constant where one of the coordinates lies outside.
 *
 *   output[c][n, y][x] = input at images[n] + rows[y] + columns[x] + channels[c]
 *
 * Input and output: nChw8c. Offsets: uint32, in bytes, for the images, then the rows, columns and channels of the output.
 * Whole pixels are copied where the channels of a block lie side by side in the input, too.
 */
import { Rearrangement } from "../abi/move";
import { existing } from "../simd/channels";

export function rearrange(params: Rearrangement, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const input = params.input.address;
  const fill = params.fill;
  const pixelBytes = params.output.pixelBytes;
  const bytes = pixelBytes >> 3;
  const outHeight = params.output.height;
  const outWidth = params.output.width;
  const images = params.offsets;
  const rows = images + <usize>params.output.images * 4;
  const columns = rows + <usize>outHeight * 4;
  const channels = columns + <usize>outWidth * 4;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const lanes = channels + <usize>block * 32;
    const exist = min(8, params.output.channels - block * 8);
    const isWhole = areNeighbours(lanes, exist, bytes);
    const low = existing(exist, 0);
    const high = existing(exist, 4);
    const mask = bytes == 4 ? low : i16x8.narrow_i32x4_s(low, high);
    let out = params.output.at(block, rowBegin);
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const ofImage = load<u32>(images + <usize>image * 4);
      const ofRow = load<u32>(rows + <usize>(row - image * outHeight) * 4);
      for (let column = 0; column < outWidth; ++column) {
        const ofColumn = load<u32>(columns + <usize>column * 4);
        const isOutside = <i32>(ofImage | ofRow | ofColumn) < 0;
        const pixel = input + ofImage + ofRow + ofColumn;
        if (isWhole && !isOutside) {
          const from = pixel + load<u32>(lanes);
          v128.store(out, v128.and(v128.load(from), mask));
          if (bytes == 4) v128.store(out, v128.and(v128.load(from, 16), high), 16);
        } else {
          for (let lane = 0; lane < 8; ++lane) {
            const offset = lane < exist ? load<u32>(lanes + <usize>lane * 4) : 0;
            const value = isOutside || <i32>offset < 0 ? fill : bytes == 4 ? load<i32>(pixel + offset) : load<i16>(pixel + offset); // prettier-ignore
            if (bytes == 4) store<i32>(out + <usize>lane * 4, lane < exist ? value : 0);
            else store<i16>(out + <usize>lane * 2, lane < exist ? <i16>value : 0);
          }
        }
        out += pixelBytes;
      }
    }
  }
}

/** Whether the offsets of so many channels are those of neighbours in the input. */
function areNeighbours(lanes: usize, count: i32, bytes: usize): bool {
  const first = load<u32>(lanes);
  for (let lane = 0; lane < count; ++lane) {
    const offset = load<u32>(lanes + <usize>lane * 4);
    if (<i32>offset < 0 || offset != first + <u32>lane * <u32>bytes) return false;
  }
  return true;
}
