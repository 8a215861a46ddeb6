/**
 * DEQUANTIZE: output = input · step.scale, from int16 less the zero point to float32.
 * Input and output: blocks [C/8][rows][W][8].
 */
import { Step, blockStride, firstRow } from "../step";

/** Blocks to blocks. */
export function q8_dequantize(
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
  const inStride = blockStride(step.input, rows, called, pixels * 16);
  const outStride = blockStride(step.output, rows, called, pixels * 32);
  const input = firstRow(step.input, panel, rowBegin, pixels * 16);
  const output = firstRow(step.output, panel, rowBegin, pixels * 32);
  const bytes = <usize>called * pixels * 16;
  const scale = f32x4.splat(step.scale);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const x = input + <usize>block * inStride;
    const y = output + <usize>block * outStride;
    for (let i: usize = 0; i < bytes; i += 16) {
      const v = v128.load(x + i);
      const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v));
      const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(v));
      v128.store(y + 2 * i, f32x4.mul(a, scale));
      v128.store(y + 2 * i, f32x4.mul(b, scale), 16);
    }
  }
}

/** The same from NHWC bytes [rows][W][C] to NHWC float32, for the image that a network begins with. */
export function q8_dequantizeNhwc(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const perRow = <usize>(step.outWidth * step.inChannels);
  const elements = <usize>(rowEnd - rowBegin) * perRow;
  const x = step.input + <usize>rowBegin * perRow;
  const y = step.output + <usize>rowBegin * perRow * 4;
  const scale = step.scale;
  for (let i: usize = 0; i < elements; ++i) {
    const value = ((<i32>load<u8>(x + i)) ^ step.flip) - step.zeroPoint;
    store<f32>(y + 4 * i, <f32>value * scale);
  }
}
