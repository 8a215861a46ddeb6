/**
 * A function of one 8-bit value (LOGISTIC, LEAKY_RELU): output = table[input + zeroPoint].
 *
 * Input and output: blocks [C/8][rows][W][8] of int16. The table, step.weights, has int16 [256]: for each distance from
 * the lowest value of the input's type the output less its zero point.
 */
import { Step } from "../step";

export function q8_lookup(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pitch = <usize>step.outWidth * 16;
  const stride = <usize>(step.images * step.outHeight) * pitch;
  const bytes = <usize>(rowEnd - rowBegin) * pitch;
  const zero = step.weights + <usize>step.zeroPoint * 2;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const start = <usize>block * stride + <usize>rowBegin * pitch;
    const x = step.input + start;
    const y = step.output + start;
    const exist = <usize>(step.outChannels - block * 8) * 2;
    for (let i: usize = 0; i < bytes; i += 2) {
      store<i16>(y + i, (i & 15) < exist ? load<i16>(zero + <usize>(<i32>load<i16>(x + i) * 2)) : 0);
    }
  }
}
