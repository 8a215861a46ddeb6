/**
 * Any function of one 8-bit element: output = table[input + zero point of the input].
 *
 * Input and output: nChw8c int16. Table: int16 [256], the output less its zero point for each distance from the lowest
 * value of the input's type. The channels after the last one stay 0, whatever the table says of 0.
 */
import { Unary } from "../abi/elementwise";
import { entry } from "../simd/table";

export function q8_lookup(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const table = params.table;
  const zeroPoint = params.input.zeroPoint;
  const input = params.input.address;
  const output = params.output;
  const bytes = <usize>(rowEnd - rowBegin) * output.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = output.offset(block, rowBegin);
    const x = input + start;
    const y = output.address + start;
    const exist = <usize>(output.channels - block * 8) * 2;
    for (let i: usize = 0; i < bytes; i += 2) {
      store<i16>(y + i, (i & 15) < exist ? entry(table, x + i, zeroPoint) : 0);
    }
  }
}
