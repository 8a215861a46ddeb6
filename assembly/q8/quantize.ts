/**
 * QUANTIZE: float32 to 8 bits.
 *
 *   output = clamp(round(input · factor)),   factor = 1 / output scale, rounded half to even
 *
 * NaN becomes the lower bound.
 */
import { Unary } from "../abi/elementwise";
import { clampNumber, toInteger } from "../simd/arithmetic";

/** From nChw8c float32 to nChw8c int16, which hold q less its zero point. */
export function q8_quantize(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const factor = f32x4.splat(params.factor);
  const round = f32x4.splat(params.round);
  const bytes = <usize>(rowEnd - rowBegin) * params.output.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const x = params.input.at(block, rowBegin);
    const y = params.output.at(block, rowBegin);
    for (let i: usize = 0; i < bytes; i += 16) {
      const low = quantize(x + 2 * i, factor, lo, hi, round);
      const high = quantize(x + 2 * i + 16, factor, lo, hi, round);
      v128.store(y + i, i16x8.narrow_i32x4_s(low, high));
    }
  }
}

/** From NHWC float32 to NHWC bytes: the image that a network begins with. Ignores the range of blocks. */
export function q8_quantizeNhwc(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const x = params.input.at(0, rowBegin);
  const y = params.output.at(0, rowBegin);
  const elements = <usize>(rowEnd - rowBegin) * params.output.pitch;
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const factor = f32x4.splat(params.factor);
  const round = f32x4.splat(params.round);
  const zeroPoint = i16x8.splat(<i16>params.output.zeroPoint);
  const flip = i8x16.splat(<i8>params.output.flip);
  for (let i: usize = 0; i < elements; i += 8) {
    const low = quantize(x + 4 * i, factor, lo, hi, round);
    const high = quantize(x + 4 * i + 16, factor, lo, hi, round);
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

/** Four floats to int32. */
@inline
function quantize(x: usize, factor: v128, lo: v128, hi: v128, round: v128): v128 {
  return toInteger(clampNumber(f32x4.mul(v128.load(x), factor), lo, hi), round);
}
