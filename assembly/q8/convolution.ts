/**
 * Standard convolution of an 8-bit NHWC image, exact: the first layer of the network.
 *
 *   output[n][y][x] = requantize(bias[n] + Σijc input[stride·y + i - pad][stride·x + j - pad][c] · weight[n][i][j][c])
 *
 * Input: NHWC, uint8 or int8. Output: blocks of int16. Weights: for each block of eight outputs its
 * bias int32 [8], then [kernelHeight][P/2][8][2] of int16 less their zero point, where P is
 * kernelWidth · C and a zero if that is odd, then scale float32 [8].
 *
 * As f32/convolution.ts, but that the rows on the panel are widened to int16 less the zero point.
 */
import { dot } from "../simd/arithmetic";
import { storeRequantized } from "../simd/requantize";
import { Step, blockStride, firstRow } from "../step";

export function q8_convolution(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const channels = step.inChannels;
  const outPitch = <usize>step.outWidth * 16;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const kernelHeight = step.kernelHeight;
  const inPitch = <usize>(step.inWidth * channels);
  const before = <usize>(step.padLeft * channels) * 2;
  const taps = step.kernelWidth * channels;
  const pairs = (taps + 1) >> 1;
  const pixelStride = <usize>(step.strideWidth * channels) * 2;
  const rowBytes = <usize>((step.outWidth - 1) * step.strideWidth * channels + taps) * 2;
  const packed = <usize>(64 + kernelHeight * pairs * 32);
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  const flip = i16x8.splat(<i16>step.flip);
  const zeroPoint = i16x8.splat(<i16>step.zeroPoint);
  let output = firstRow(step.output, panel, rowBegin, outPitch);

  for (let row = rowBegin; row < rowEnd; ++row) {
    const image = row / outHeight;
    const y = (row - image * outHeight) * step.strideHeight - step.padTop;
    let to = panel;
    for (let i = y; i < y + kernelHeight; ++i) {
      const from = step.input + <usize>(image * inHeight + i) * inPitch;
      if (<u32>i < <u32>inHeight) widenRow(from, inPitch, to, before, rowBytes, flip, zeroPoint);
      else zero(to, to + rowBytes);
      to += rowBytes;
    }
    for (let block = blockBegin; block < blockEnd; ++block) {
      const weights = step.weights + <usize>block * packed;
      outputRow(step, panel, rowBytes, pairs, pixelStride, weights, output + <usize>block * outStride);
    }
    output += outPitch;
  }
}

/** One row of outputs × 8 channels, from `kernelHeight` padded rows. */
function outputRow(
  step: Step,
  rows: usize,
  rowBytes: usize,
  pairs: i32,
  pixelStride: usize,
  weights: usize,
  out: usize,
): void {
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const round = f32x4.splat(step.round);
  const kernelHeight = step.kernelHeight;
  let x = step.outWidth;
  for (; x >= 4; x -= 4) {
    let w = weights;
    let a0 = v128.load(w);
    let b0 = v128.load(w, 16);
    let a1 = a0, a2 = a0, a3 = a0; // prettier-ignore
    let b1 = b0, b2 = b0, b3 = b0; // prettier-ignore
    w += 32;
    let row = rows;
    let i = kernelHeight;
    do {
      let p0 = row;
      let p1 = p0 + pixelStride;
      let p2 = p1 + pixelStride;
      let p3 = p2 + pixelStride;
      let k = pairs;
      do {
        const wa = v128.load(w);
        const wb = v128.load(w, 16);
        const x0 = v128.load32_splat(p0);
        a0 = dot(x0, wa, a0);
        b0 = dot(x0, wb, b0);
        const x1 = v128.load32_splat(p1);
        a1 = dot(x1, wa, a1);
        b1 = dot(x1, wb, b1);
        const x2 = v128.load32_splat(p2);
        a2 = dot(x2, wa, a2);
        b2 = dot(x2, wb, b2);
        const x3 = v128.load32_splat(p3);
        a3 = dot(x3, wa, a3);
        b3 = dot(x3, wb, b3);
        w += 32;
        p0 += 4;
        p1 += 4;
        p2 += 4;
        p3 += 4;
      } while (--k);
      row += rowBytes;
    } while (--i);
    const sa = v128.load(w);
    const sb = v128.load(w, 16);
    storeRequantized(out, a0, b0, sa, sb, lo, hi, round);
    storeRequantized(out + 16, a1, b1, sa, sb, lo, hi, round);
    storeRequantized(out + 32, a2, b2, sa, sb, lo, hi, round);
    storeRequantized(out + 48, a3, b3, sa, sb, lo, hi, round);
    rows += 4 * pixelStride;
    out += 64;
  }
  for (; x > 0; --x) {
    let w = weights;
    let a = v128.load(w);
    let b = v128.load(w, 16);
    w += 32;
    let row = rows;
    let i = kernelHeight;
    do {
      let p = row;
      let k = pairs;
      do {
        const v = v128.load32_splat(p);
        a = dot(v, v128.load(w), a);
        b = dot(v, v128.load(w, 16), b);
        w += 32;
        p += 4;
      } while (--k);
      row += rowBytes;
    } while (--i);
    storeRequantized(out, a, b, v128.load(w), v128.load(w, 16), lo, hi, round);
    rows += pixelStride;
    out += 16;
  }
}

/** A row of bytes to the panel as int16 less the zero point, with zeros before and after it. */
function widenRow(
  from: usize,
  inPitch: usize,
  to: usize,
  before: usize,
  rowBytes: usize,
  flip: v128,
  zeroPoint: v128,
): void {
  const end = to + rowBytes;
  zero(to, to + before);
  to += before;
  const elements = min((end - to) >> 1, inPitch);
  for (let i: usize = 0; i < elements; i += 8) {
    const v = v128.xor(v128.load8x8_u(from + i), flip);
    v128.store(to + 2 * i, i16x8.sub(v, zeroPoint));
  }
  zero(to + 2 * elements, end);
}


@inline
function zero(from: usize, end: usize): void {
  const zeros = i16x8.splat(0);
  for (; from < end; from += 16) v128.store(from, zeros);
}
