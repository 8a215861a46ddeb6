/**
 * Depthwise convolution of 8-bit models, exact.
 *
 *   output[c][y][x] = requantize(bias[c] + Σij input[c][stride·y + i - pad][stride·x + j - pad] · weight[c][i][j])
 *
 * Input and output: blocks [C/8][rows][W][8] of int16, a pixel is 16 bytes.
 *
 * The multiply-add of SSE and NEON takes pairs. Nine taps w00…w22 make five: the rows 0 and 1 of a
 * column are interleaved once and serve three outputs; of row 2, neighbouring columns are, and serve
 * one output with (w20, w21) and (w22, 0), the next with (0, w20) and (w21, w22). That is five
 * instructions for nine products, where widening multiplications take twenty-seven.
 *
 * Weights of a 3×3 kernel: for each half block (4 channels) nine vectors: bias int32 [4], then as
 * int16 [4][2] less the zero point (w00, w10) (w01, w11) (w02, w12) (w20, w21) (w22, 0) (0, w20)
 * (w21, w22), then scale float32 [4]. Of any other: for each block its bias int32 [8], the taps
 * [kernelHeight][kernelWidth][8] of int16, scale float32 [8].
 */
import { dot } from "../simd/arithmetic";
import { requantize } from "../simd/requantize";
import { interleaveHigh, interleaveLow } from "../simd/shuffle";
import { Step, blockStride, firstRow } from "../step";

/** Any kernel, stride and padding: pixel by pixel, over the taps that lie inside the image. */
export function q8_depthwise(
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
  const kernelHeight = step.kernelHeight;
  const kernelWidth = step.kernelWidth;
  const output = firstRow(step.output, panel, rowBegin, outPitch);
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  const inStride = <usize>(step.images * inHeight) * inPitch;
  const packed = <usize>(64 + kernelHeight * kernelWidth * 16);
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const round = f32x4.splat(step.round);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const bias = step.weights + <usize>block * packed;
    const scale = bias + packed - 32;
    const input = step.input + <usize>block * inStride;
    let out = output + <usize>block * outStride;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * step.strideHeight - step.padTop;
      const iBegin = max(0, -y);
      const iEnd = min(kernelHeight, inHeight - y);
      const top = input + <usize>(image * inHeight) * inPitch;
      for (let column = 0; column < step.outWidth; ++column) {
        const x = column * step.strideWidth - step.padLeft;
        const jBegin = max(0, -x);
        const jEnd = min(kernelWidth, inWidth - x);
        let a = v128.load(bias);
        let b = v128.load(bias, 16);
        for (let i = iBegin; i < iEnd; ++i) {
          let v = top + <usize>(y + i) * inPitch + <usize>(x + jBegin) * 16;
          let w = bias + 32 + <usize>(i * kernelWidth + jBegin) * 16;
          for (let j = jBegin; j < jEnd; ++j) {
            a = i32x4.add(a, i32x4.extmul_low_i16x8_s(v128.load(v), v128.load(w)));
            b = i32x4.add(b, i32x4.extmul_high_i16x8_s(v128.load(v), v128.load(w)));
            v += 16;
            w += 16;
          }
        }
        a = requantize(a, v128.load(scale), lo, hi, round);
        b = requantize(b, v128.load(scale, 16), lo, hi, round);
        v128.store(out, i16x8.narrow_i32x4_s(a, b));
        out += 16;
      }
    }
  }
}

/** 3×3 with stride 1, at most one column of padding on a side, input at least two columns wide. */
export function q8_depthwise3x3s1(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  depthwise3x3(step, panel, rowBegin, rowEnd, blockBegin, blockEnd, 1);
}

/** 3×3 with stride 2, under the same conditions. */
export function q8_depthwise3x3s2(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  depthwise3x3(step, panel, rowBegin, rowEnd, blockBegin, blockEnd, 2);
}


@inline
function depthwise3x3(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
  stride: i32,
): void {
  const outPitch = <usize>step.outWidth * 16;
  const inPitch = <usize>step.inWidth * 16;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const output = firstRow(step.output, panel, rowBegin, outPitch);
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  const inStride = <usize>(step.images * inHeight) * inPitch;
  const zeros = step.zeros;

  for (let block = blockBegin; block < blockEnd; ++block) {
    const weights = step.weights + <usize>block * 288;
    const input = step.input + <usize>block * inStride;
    let out = output + <usize>block * outStride;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * stride - step.padTop;
      const r = input + <usize>(image * inHeight + y) * inPitch;
      const r0 = <u32>y < <u32>inHeight ? r : zeros;
      const r1 = <u32>(y + 1) < <u32>inHeight ? r + inPitch : zeros;
      const r2 = <u32>(y + 2) < <u32>inHeight ? r + 2 * inPitch : zeros;
      if (stride == 1) {
        lowRow3x3s1(step, r0, r1, r2, weights, out);
        highRow3x3s1(step, r0, r1, r2, weights + 144, out + 8);
      } else {
        lowRow3x3s2(step, r0, r1, r2, weights, out);
        highRow3x3s2(step, r0, r1, r2, weights + 144, out + 8);
      }
      out += outPitch;
    }
  }
}

function lowRow3x3s1(step: Step, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  row3x3s1(step, r0, r1, r2, w, out, false);
}

function highRow3x3s1(step: Step, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  row3x3s1(step, r0, r1, r2, w, out, true);
}

function lowRow3x3s2(step: Step, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  row3x3s2(step, r0, r1, r2, w, out, false);
}

function highRow3x3s2(step: Step, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  row3x3s2(step, r0, r1, r2, w, out, true);
}

/** A row of outputs for channels 0–3 or, if high, 4–7; two at a time. */
@inline
function row3x3s1(step: Step, r0: usize, r1: usize, r2: usize, w: usize, out: usize, high: bool): void {
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const round = f32x4.splat(step.round);
  const bias = v128.load(w);
  // prettier-ignore
  const c0 = v128.load(w, 16), c1 = v128.load(w, 32), c2 = v128.load(w, 48),
        even0 = v128.load(w, 64), even1 = v128.load(w, 80),
        odd0 = v128.load(w, 96), odd1 = v128.load(w, 112);
  const scale = v128.load(w, 128);
  const missing = columnsMissing(step, 1);
  let x = step.outWidth - missing;
  if (step.padLeft) {
    let a = dot(pair(r0, r1, high), c1, bias);
    a = dot(pair(r0 + 16, r1 + 16, high), c2, a);
    a = dot(pair(r2, r2 + 16, high), odd1, a);
    storeOne(out, requantize(a, scale, lo, hi, round));
    out += 16;
    --x;
  }
  for (; x >= 2; x -= 2) {
    let a = dot(pair(r0, r1, high), c0, bias);
    let v = pair(r0 + 16, r1 + 16, high);
    a = dot(v, c1, a);
    let b = dot(v, c0, bias);
    v = pair(r0 + 32, r1 + 32, high);
    a = dot(v, c2, a);
    b = dot(v, c1, b);
    b = dot(pair(r0 + 48, r1 + 48, high), c2, b);
    v = pair(r2, r2 + 16, high);
    a = dot(v, even0, a);
    b = dot(v, odd0, b);
    v = pair(r2 + 32, r2 + 48, high);
    a = dot(v, even1, a);
    b = dot(v, odd1, b);
    storeTwo(out, requantize(a, scale, lo, hi, round), requantize(b, scale, lo, hi, round));
    r0 += 32;
    r1 += 32;
    r2 += 32;
    out += 32;
  }
  if (x > 0) {
    const a = threeColumns(r0, r1, r2, c0, c1, c2, even0, even1, bias, high);
    storeOne(out, requantize(a, scale, lo, hi, round));
    r0 += 16;
    r1 += 16;
    r2 += 16;
    out += 16;
  }
  if (missing) {
    let a = dot(pair(r0, r1, high), c0, bias);
    a = dot(pair(r0 + 16, r1 + 16, high), c1, a);
    a = dot(pair(r2, r2 + 16, high), even0, a);
    storeOne(out, requantize(a, scale, lo, hi, round));
  }
}

/** The same with stride 2: two outputs share one column of five. */
@inline
function row3x3s2(step: Step, r0: usize, r1: usize, r2: usize, w: usize, out: usize, high: bool): void {
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const round = f32x4.splat(step.round);
  const bias = v128.load(w);
  // prettier-ignore
  const c0 = v128.load(w, 16), c1 = v128.load(w, 32), c2 = v128.load(w, 48),
        even0 = v128.load(w, 64), even1 = v128.load(w, 80), odd1 = v128.load(w, 112);
  const scale = v128.load(w, 128);
  const missing = columnsMissing(step, 2);
  let x = step.outWidth - missing;
  if (step.padLeft) {
    let a = dot(pair(r0, r1, high), c1, bias);
    a = dot(pair(r0 + 16, r1 + 16, high), c2, a);
    a = dot(pair(r2, r2 + 16, high), odd1, a);
    storeOne(out, requantize(a, scale, lo, hi, round));
    r0 += 16;
    r1 += 16;
    r2 += 16;
    out += 16;
    --x;
  }
  for (; x >= 2; x -= 2) {
    let a = dot(pair(r0, r1, high), c0, bias);
    a = dot(pair(r0 + 16, r1 + 16, high), c1, a);
    let v = pair(r0 + 32, r1 + 32, high);
    a = dot(v, c2, a);
    let b = dot(v, c0, bias);
    b = dot(pair(r0 + 48, r1 + 48, high), c1, b);
    b = dot(pair(r0 + 64, r1 + 64, high), c2, b);
    a = dot(pair(r2, r2 + 16, high), even0, a);
    v = pair(r2 + 32, r2 + 48, high);
    a = dot(v, even1, a);
    b = dot(v, even0, b);
    b = dot(alone(r2 + 64, high), even1, b);
    storeTwo(out, requantize(a, scale, lo, hi, round), requantize(b, scale, lo, hi, round));
    r0 += 64;
    r1 += 64;
    r2 += 64;
    out += 32;
  }
  if (x > 0) {
    const a = threeColumns(r0, r1, r2, c0, c1, c2, even0, even1, bias, high);
    storeOne(out, requantize(a, scale, lo, hi, round));
    r0 += 32;
    r1 += 32;
    r2 += 32;
    out += 16;
  }
  if (missing) {
    let a = dot(pair(r0, r1, high), c0, bias);
    a = dot(pair(r0 + 16, r1 + 16, high), c1, a);
    a = dot(pair(r2, r2 + 16, high), even0, a);
    storeOne(out, requantize(a, scale, lo, hi, round));
  }
}

/** All nine taps of one output. */
@inline
function threeColumns(
  r0: usize,
  r1: usize,
  r2: usize,
  c0: v128,
  c1: v128,
  c2: v128,
  even0: v128,
  even1: v128,
  bias: v128,
  high: bool,
): v128 {
  let a = dot(pair(r0, r1, high), c0, bias);
  a = dot(pair(r0 + 16, r1 + 16, high), c1, a);
  a = dot(pair(r0 + 32, r1 + 32, high), c2, a);
  a = dot(pair(r2, r2 + 16, high), even0, a);
  return dot(alone(r2 + 32, high), even1, a);
}

/** 1 if the last output of a row reaches one column past the input, else 0. */
@inline
function columnsMissing(step: Step, stride: i32): i32 {
  return i32((step.outWidth - 1) * stride + 3 - step.padLeft > step.inWidth);
}

/** Four channels of two pixels, interleaved. */
@inline
function pair(p: usize, q: usize, high: bool): v128 {
  return high ? interleaveHigh(v128.load(p), v128.load(q)) : interleaveLow(v128.load(p), v128.load(q));
}

/** Four channels of one pixel, each beside a zero. */
@inline
function alone(p: usize, high: bool): v128 {
  return high ? i32x4.extend_high_i16x8_u(v128.load(p)) : i32x4.extend_low_i16x8_u(v128.load(p));
}


@inline
function storeOne(out: usize, a: v128): void {
  v128.store64_lane(out, i16x8.narrow_i32x4_s(a, a), 0);
}


@inline
function storeTwo(out: usize, a: v128, b: v128): void {
  const v = i16x8.narrow_i32x4_s(a, b);
  v128.store64_lane(out, v, 0);
  v128.store64_lane(out, v, 1, 16);
}
