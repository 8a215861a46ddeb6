/**
 * The loop of the kernels that compute a function of one element:
 *
 *   output = f(input)
 *
 * Input and output: nChw8c float32. F has f as an inlined method `of`: a class that has no fields and needs no object. The
 * channels after the last one are cleared, whatever f(0) is.
 */
import { Unary } from "../abi/elementwise";
import { clearAfter } from "../simd/channels";

export function mapElements<F>(params: Unary, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const f = changetype<F>(0);
  const input = params.input.address;
  const output = params.output;
  const bytes = <usize>(rowEnd - rowBegin) * output.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = output.offset(block, rowBegin);
    const x = input + start;
    const y = output.address + start;
    for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, f.of(v128.load(x + i)));
  }
  const pixels = (rowEnd - rowBegin) * output.width;
  clearAfter(output, output.at(0, rowBegin), output.blockBytes, pixels, blockEnd);
}
