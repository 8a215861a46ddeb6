/**
 * QUANTIZE: float32 to 8-bit.
 *
 *   output = clamp(round(input · step.scale)),   step.scale = 1 / output scale, rounded half to even
 *
 * Input: blocks [C/8][rows][W][8] of float32. Output: the same of int16, less the zero point. NaN becomes
 * the lower bound.
 */
import { toInteger } from "../simd/arithmetic";
import { Step, blockStride, firstRow } from "../step";

/** Blocks to blocks. */
export function q8_quantize(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pixels = <usize>step.outWidth;
  const rows = step.images * step.outHeight;
  const called = rowEnd - rowBegin;
  const inStride = blockStride(step.input, rows, called, pixels * 32);
  const outStride = blockStride(step.output, rows, called, pixels * 16);
  const input = firstRow(step.input, panel, rowBegin, pixels * 32);
  const output = firstRow(step.output, panel, rowBegin, pixels * 16);
  const bytes = <usize>called * pixels * 16;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const scale = f32x4.splat(step.scale);
  const round = f32x4.splat(step.round);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const x = input + <usize>block * inStride;
    const y = output + <usize>block * outStride;
    for (let i: usize = 0; i < bytes; i += 16) {
      const low = quantize(x + 2 * i, scale, lo, hi, round);
      const high = quantize(x + 2 * i + 16, scale, lo, hi, round);
      v128.store(y + i, i16x8.narrow_i32x4_s(low, high));
    }
  }
}

/** The same from NHWC float32 [rows][W][C] to NHWC bytes, for the image that a network begins with. */
export function q8_quantizeNhwc(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const perRow = <usize>(step.outWidth * step.inChannels);
  const elements = <usize>(rowEnd - rowBegin) * perRow;
  const x = step.input + <usize>rowBegin * perRow * 4;
  const y = step.output + <usize>rowBegin * perRow;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const scale = f32x4.splat(step.scale);
  const round = f32x4.splat(step.round);
  const zeroPoint = i16x8.splat(<i16>step.zeroPoint);
  const flip = i8x16.splat(<i8>step.flip);
  for (let i: usize = 0; i < elements; i += 8) {
    const low = quantize(x + 4 * i, scale, lo, hi, round);
    const high = quantize(x + 4 * i + 16, scale, lo, hi, round);
    const value = i16x8.add(i16x8.narrow_i32x4_s(low, high), zeroPoint);
    let bytes = i64x2.extract_lane(v128.xor(i8x16.narrow_i16x8_u(value, value), flip), 0);
    if (i + 8 <= elements) {
      store<u64>(y + i, bytes);
    } else {
      for (let at = i; at < elements; ++at) {
        store<u8>(y + at, <u8>bytes);
        bytes >>= 8;
      }
    }
  }
}


@inline
function quantize(x: usize, scale: v128, lo: v128, hi: v128, round: v128): v128 {
  // pmax(lo, x) keeps lo if x is NaN
  return toInteger(f32x4.pmin(hi, f32x4.pmax(lo, f32x4.mul(v128.load(x), scale))), round);
}
