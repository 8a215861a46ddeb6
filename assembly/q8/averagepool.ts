/**
 * Average pooling of 8-bit models, exact: input and output have the same scale and zero point.
 *
 *   output = clamp((s ± n div 2) div n),   s = the sum over the n elements of the window inside the image
 *
 * s is the sum of the values as the tensor's type has them, so the zero point is added before the
 * division and taken off after it; the division cuts towards zero and the half has the sign of s. It is done in
 * float32, which is exact for quotients up to 256 and fewer than 65536 elements.
 */
import { clamp, toInteger } from "../simd/arithmetic";
import { Step, blockStride, firstRow } from "../step";

export function q8_averagepool(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const outPitch = <usize>step.outWidth * 16;
  const inPitch = <usize>step.inWidth * 16;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const inWidth = step.inWidth;
  const output = firstRow(step.output, panel, rowBegin, outPitch);
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  const inStride = <usize>(step.images * inHeight) * inPitch;

  for (let block = blockBegin; block < blockEnd; ++block) {
    const input = step.input + <usize>block * inStride;
    let out = output + <usize>block * outStride;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * step.strideHeight - step.padTop;
      const iBegin = max(0, y);
      const iEnd = min(inHeight, y + step.kernelHeight);
      const top = input + <usize>(image * inHeight) * inPitch;
      for (let column = 0; column < step.outWidth; ++column) {
        const x = column * step.strideWidth - step.padLeft;
        const jBegin = max(0, x);
        const jEnd = min(inWidth, x + step.kernelWidth);
        let a = i32x4.splat(0);
        let b = a;
        for (let i = iBegin; i < iEnd; ++i) {
          let v = top + <usize>i * inPitch + <usize>jBegin * 16;
          for (let j = jBegin; j < jEnd; ++j) {
            a = i32x4.add(a, i32x4.extend_low_i16x8_s(v128.load(v)));
            b = i32x4.add(b, i32x4.extend_high_i16x8_s(v128.load(v)));
            v += 16;
          }
        }
        const n = (iEnd - iBegin) * (jEnd - jBegin);
        v128.store(out, i16x8.narrow_i32x4_s(mean(step, a, n), mean(step, b, n)));
        out += 16;
      }
    }
  }
}

/** Four sums of n values less their zero point to the rounded mean less the zero point. */
@inline
function mean(step: Step, sum: v128, n: i32): v128 {
  const zeroPoint = step.zeroPoint - step.flip;
  const s = i32x4.add(sum, i32x4.splat(n * zeroPoint));
  const sign = i32x4.shr_s(s, 31);
  const half = i32x4.sub(v128.xor(i32x4.splat(n >> 1), sign), sign);
  const quotient = f32x4.div(f32x4.convert_i32x4_s(i32x4.add(s, half)), f32x4.splat(<f32>n));
  const value = f32x4.sub(f32x4.trunc(quotient), f32x4.splat(<f32>zeroPoint));
  return toInteger(clamp(value, f32x4.splat(step.lo), f32x4.splat(step.hi)), f32x4.splat(step.round));
}
