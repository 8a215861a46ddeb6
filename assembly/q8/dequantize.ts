/**
 * DEQUANTIZE: output = (q - zero point) · factor, in float32. The factor is the scale of the input.
 */
import { Unary } from "../abi/elementwise";

/** From nChw8c int16, which hold q less its zero point, to nChw8c float32. */
export function q8_dequantize(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const factor = f32x4.splat(params.factor);
  const bytes = <usize>(rowEnd - rowBegin) * params.input.pitch;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const x = params.input.at(block, rowBegin);
    const y = params.output.at(block, rowBegin);
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v));
      const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(v));
      v128.store(y + 2 * i, f32x4.mul(a, factor));
      v128.store(y + 2 * i, f32x4.mul(b, factor), 16);
    }
  }
}

/** From NHWC bytes to NHWC float32: the image that a network begins with. Ignores the range of blocks. */
export function q8_dequantizeNhwc(params: Unary, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const x = params.input.at(0, rowBegin);
  const y = params.output.at(0, rowBegin);
  const elements = <usize>(rowEnd - rowBegin) * params.input.pitch;
  const flip = params.input.flip;
  const zeroPoint = params.input.zeroPoint;
  const factor = params.factor;
  for (let i: usize = 0; i < elements; ++i) {
    const value = ((<i32>load<u8>(x + i)) ^ flip) - zeroPoint;
    store<f32>(y + 4 * i, <f32>value * factor);
  }
}
