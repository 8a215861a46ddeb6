/**
 * The loop of bilinear interpolation over the pixels of an output. T interpolates between the pixels of a block: a class of
 * inlined methods that has no fields and needs no object.
 */
import { Interpolation } from "../abi/resize";

export function interpolate<T>(params: Interpolation, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const pixelBytes = params.output.pixelBytes;
  const inHeight = params.input.height;
  const outHeight = params.output.height;
  const columnsEnd = params.columns + <usize>params.output.width * 12;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let out = params.output.at(block, rowBegin);
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const line = params.rows + <usize>(row - image * outHeight) * 12;
      const input = params.input.at(block, image * inHeight);
      const top = input + load<u32>(line);
      const bottom = input + load<u32>(line, 4);
      for (let column = params.columns; column < columnsEnd; column += 12) {
        const left = <usize>load<u32>(column);
        const right = <usize>load<u32>(column, 4);
        op.pixel(top + left, top + right, bottom + left, bottom + right, column + 8, line + 8, out);
        out += pixelBytes;
      }
    }
  }
}
