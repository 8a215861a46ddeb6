/**
 * An 8-bit activation as unsigned bytes on the panel, for the pointwise kernel that multiplies bytes:
 *
 *   byte[b][p][c] = input[b][p][c] + zeroPoint        0…255, the distance from the lowest value of the type
 *   sum[p] = weightOffset · Σ byte[·][p][·]           pointwisedot.ts says what for
 *
 * Input: blocks [C/8][pixels][8] of int16 less the zero point, in the arena or on the panel; there a byte comes to
 * lie no later than its int16 began, so it is done in place. Sums: int32, at the next multiple of 16 after the bytes.
 */
import { Step, blockStride, firstRow } from "../step";

export function q8_narrow(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pitch = <usize>step.outWidth * 16;
  const called = rowEnd - rowBegin;
  const pixels = called * step.outWidth;
  const input = firstRow(step.input, panel, rowBegin, pitch);
  const inStride = blockStride(step.input, step.images * step.outHeight, called, pitch);
  const zeroPoint = i16x8.splat(<i16>step.zeroPoint);
  let out = panel;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let x = input + <usize>block * inStride;
    let p = pixels;
    for (; p >= 2; p -= 2) {
      const a = i16x8.add(v128.load(x), zeroPoint);
      const b = i16x8.add(v128.load(x, 16), zeroPoint);
      v128.store(out, i8x16.narrow_i16x8_u(a, b));
      x += 32;
      out += 16;
    }
    if (p) {
      const a = i16x8.add(v128.load(x), zeroPoint);
      v128.store64_lane(out, i8x16.narrow_i16x8_u(a, a), 0);
      out += 8;
    }
  }
  if (step.weightOffset) addUp(step, panel, pixels, blockEnd);
}

/** The sums, eight bytes at a time. */
function addUp(step: Step, panel: usize, pixels: i32, blocks: i32): void {
  const offset = step.weightOffset;
  const stride = <usize>pixels * 8;
  let sums = sumsOn(panel, stride, blocks);
  for (let p = 0; p < pixels; ++p) {
    let x = panel + <usize>p * 8;
    let sum: i32 = 0;
    for (let block = 0; block < blocks; ++block) {
      const bytes = load<u64>(x);
      // Neighbours in four lanes of 16 bits, whose sum comes to the top lane.
      const pairs = (bytes & 0x00ff00ff00ff00ff) + ((bytes >> 8) & 0x00ff00ff00ff00ff);
      sum += <i32>((pairs * 0x0001000100010001) >> 48);
      x += stride;
    }
    store<i32>(sums, sum * offset);
    sums += 4;
  }
}

/** Where the sums are behind so many blocks of bytes. */
@inline
export function sumsOn(panel: usize, stride: usize, blocks: i32): usize {
  return (panel + <usize>blocks * stride + 15) & ~15;
}
