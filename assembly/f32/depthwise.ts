/**
 * Depthwise convolution, eq. (3): one filter for each channel.
 *
 *   output[c][y][x] = clamp(bias[c] + Σij input[c][stride·y + i - pad][stride·x + j - pad] · weight[c][i][j])
 *
 * Input and output: blocks [C/8][rows][W][8], a pixel is 32 bytes, its neighbour 32 further.
 * Weights: for each block its bias [8], then the taps [kernelHeight][kernelWidth][8].
 *
 * A row is computed for channels 0–3 and then for 4–7, so that the nine taps stay in registers. Rows above
 * and below the image are the row of zeros; the columns beside it are left out of the sum, which
 * is the same. Products are added, not fused: the sums here are so short that the latency of a fused
 * chain costs more than it saves (a tenth on Zen 5).
 */
import { clamp } from "../simd/arithmetic";
import { WIDE } from "../simd/builds";
import { Step, blockStride, firstRow } from "../step";

/** Any kernel, stride and padding: pixel by pixel, over the taps that lie inside the image. */
export function f32_depthwise(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const outPitch = <usize>step.outWidth * 32;
  const inPitch = <usize>step.inWidth * 32;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const inWidth = step.inWidth;
  const kernelHeight = step.kernelHeight;
  const kernelWidth = step.kernelWidth;
  const output = firstRow(step.output, panel, rowBegin, outPitch);
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  const inStride = <usize>(step.images * inHeight) * inPitch;
  const packed = <usize>(32 + kernelHeight * kernelWidth * 32);
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const weights = step.weights + <usize>block * packed;
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
        let a = v128.load(weights);
        let b = v128.load(weights, 16);
        for (let i = iBegin; i < iEnd; ++i) {
          let v = top + <usize>(y + i) * inPitch + <usize>(x + jBegin) * 32;
          let w = weights + <usize>(1 + i * kernelWidth + jBegin) * 32;
          for (let j = jBegin; j < jEnd; ++j) {
            a = add(v128.load(v), v128.load(w), a);
            b = add(v128.load(v, 16), v128.load(w, 16), b);
            v += 32;
            w += 32;
          }
        }
        v128.store(out, clamp(a, lo, hi));
        v128.store(out, clamp(b, lo, hi), 16);
        out += 32;
      }
    }
  }
}

/** 3×3 with stride 1, at most one column of padding on a side, input at least two columns wide. */
export function f32_depthwise3x3s1(
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
export function f32_depthwise3x3s2(
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
  const outPitch = <usize>step.outWidth * 32;
  const inPitch = <usize>step.inWidth * 32;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const output = firstRow(step.output, panel, rowBegin, outPitch);
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  const inStride = <usize>(step.images * inHeight) * inPitch;
  const zeros = step.zeros;

  for (let block = blockBegin; block < blockEnd; ++block) {
    const weights = step.weights + <usize>block * 320;
    const input = step.input + <usize>block * inStride;
    let out = output + <usize>block * outStride;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * stride - step.padTop;
      const r = input + <usize>(image * inHeight + y) * inPitch;
      const r0 = <u32>y < <u32>inHeight ? r : zeros;
      const r1 = <u32>(y + 1) < <u32>inHeight ? r + inPitch : zeros;
      const r2 = <u32>(y + 2) < <u32>inHeight ? r + 2 * inPitch : zeros;
      if (WIDE) {
        wideRow3x3(step, stride, r0, r1, r2, weights, out);
      } else if (stride == 1) {
        row3x3s1(step, r0, r1, r2, weights, out);
        row3x3s1(step, r0 + 16, r1 + 16, r2 + 16, weights + 16, out + 16);
      } else {
        row3x3s2(step, r0, r1, r2, weights, out);
        row3x3s2(step, r0 + 16, r1 + 16, r2 + 16, weights + 16, out + 16);
      }
      out += outPitch;
    }
  }
}

/** A row of outputs, four at a time: each input column is loaded once and added to all it takes part in. */
function row3x3s1(step: Step, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const bias = v128.load(w);
  // prettier-ignore
  const w00 = v128.load(w, 32), w01 = v128.load(w, 64), w02 = v128.load(w, 96),
        w10 = v128.load(w, 128), w11 = v128.load(w, 160), w12 = v128.load(w, 192),
        w20 = v128.load(w, 224), w21 = v128.load(w, 256), w22 = v128.load(w, 288);
  const missing = columnsMissing(step, 1);
  let x = step.outWidth - missing;
  if (step.padLeft) {
    const a = two(r2, w21, w22, two(r1, w11, w12, two(r0, w01, w02, bias)));
    v128.store(out, clamp(a, lo, hi));
    out += 32;
    --x;
  }
  // prettier-ignore
  for (; x >= 4; x -= 4) {
    let v = v128.load(r0);
    let a = add(v, w00, bias);
    v = v128.load(r0, 32); a = add(v, w01, a); let b = add(v, w00, bias);
    v = v128.load(r0, 64); a = add(v, w02, a); b = add(v, w01, b); let c = add(v, w00, bias);
    v = v128.load(r0, 96); b = add(v, w02, b); c = add(v, w01, c); let d = add(v, w00, bias);
    v = v128.load(r0, 128); c = add(v, w02, c); d = add(v, w01, d);
    v = v128.load(r0, 160); d = add(v, w02, d);
    v = v128.load(r1); a = add(v, w10, a);
    v = v128.load(r1, 32); a = add(v, w11, a); b = add(v, w10, b);
    v = v128.load(r1, 64); a = add(v, w12, a); b = add(v, w11, b); c = add(v, w10, c);
    v = v128.load(r1, 96); b = add(v, w12, b); c = add(v, w11, c); d = add(v, w10, d);
    v = v128.load(r1, 128); c = add(v, w12, c); d = add(v, w11, d);
    v = v128.load(r1, 160); d = add(v, w12, d);
    v = v128.load(r2); a = add(v, w20, a);
    v = v128.load(r2, 32); a = add(v, w21, a); b = add(v, w20, b);
    v = v128.load(r2, 64); a = add(v, w22, a); b = add(v, w21, b); c = add(v, w20, c);
    v = v128.load(r2, 96); b = add(v, w22, b); c = add(v, w21, c); d = add(v, w20, d);
    v = v128.load(r2, 128); c = add(v, w22, c); d = add(v, w21, d);
    v = v128.load(r2, 160); d = add(v, w22, d);
    v128.store(out, clamp(a, lo, hi));
    v128.store(out, clamp(b, lo, hi), 32);
    v128.store(out, clamp(c, lo, hi), 64);
    v128.store(out, clamp(d, lo, hi), 96);
    r0 += 128; r1 += 128; r2 += 128; out += 128;
  }
  for (; x > 0; --x) {
    const a = three(r2, w20, w21, w22, three(r1, w10, w11, w12, three(r0, w00, w01, w02, bias)));
    v128.store(out, clamp(a, lo, hi));
    r0 += 32;
    r1 += 32;
    r2 += 32;
    out += 32;
  }
  if (missing) {
    const a = two(r2, w20, w21, two(r1, w10, w11, two(r0, w00, w01, bias)));
    v128.store(out, clamp(a, lo, hi));
  }
}

/** The same with stride 2, two outputs at a time: they share one column of five. */
function row3x3s2(step: Step, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const bias = v128.load(w);
  // prettier-ignore
  const w00 = v128.load(w, 32), w01 = v128.load(w, 64), w02 = v128.load(w, 96),
        w10 = v128.load(w, 128), w11 = v128.load(w, 160), w12 = v128.load(w, 192),
        w20 = v128.load(w, 224), w21 = v128.load(w, 256), w22 = v128.load(w, 288);
  const missing = columnsMissing(step, 2);
  let x = step.outWidth - missing;
  if (step.padLeft) {
    const a = two(r2, w21, w22, two(r1, w11, w12, two(r0, w01, w02, bias)));
    v128.store(out, clamp(a, lo, hi));
    r0 += 32;
    r1 += 32;
    r2 += 32;
    out += 32;
    --x;
  }
  for (; x >= 2; x -= 2) {
    let v = v128.load(r0, 64);
    let a = add(v, w02, two(r0, w00, w01, bias));
    let b = add(v, w00, bias);
    b = two(r0 + 96, w01, w02, b);
    v = v128.load(r1, 64);
    a = add(v, w12, two(r1, w10, w11, a));
    b = two(r1 + 96, w11, w12, add(v, w10, b));
    v = v128.load(r2, 64);
    a = add(v, w22, two(r2, w20, w21, a));
    b = two(r2 + 96, w21, w22, add(v, w20, b));
    v128.store(out, clamp(a, lo, hi));
    v128.store(out, clamp(b, lo, hi), 32);
    r0 += 128;
    r1 += 128;
    r2 += 128;
    out += 64;
  }
  if (x > 0) {
    const a = three(r2, w20, w21, w22, three(r1, w10, w11, w12, three(r0, w00, w01, w02, bias)));
    v128.store(out, clamp(a, lo, hi));
    r0 += 64;
    r1 += 64;
    r2 += 64;
    out += 32;
  }
  if (missing) {
    const a = two(r2, w20, w21, two(r1, w10, w11, two(r0, w00, w01, bias)));
    v128.store(out, clamp(a, lo, hi));
  }
}

/**
 * Both halves of a block (a, b) side by side, one output at a time: as vectors of 256 bits these need as many registers
 * as a half does otherwise, and the taps stay in them.
 */
@inline
function wideRow3x3(step: Step, stride: i32, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  const biasA = v128.load(w);
  const biasB = v128.load(w, 16);
  // prettier-ignore
  const a00 = v128.load(w, 32), a01 = v128.load(w, 64), a02 = v128.load(w, 96),
        a10 = v128.load(w, 128), a11 = v128.load(w, 160), a12 = v128.load(w, 192),
        a20 = v128.load(w, 224), a21 = v128.load(w, 256), a22 = v128.load(w, 288);
  // prettier-ignore
  const b00 = v128.load(w, 48), b01 = v128.load(w, 80), b02 = v128.load(w, 112),
        b10 = v128.load(w, 144), b11 = v128.load(w, 176), b12 = v128.load(w, 208),
        b20 = v128.load(w, 240), b21 = v128.load(w, 272), b22 = v128.load(w, 304);
  const next = <usize>stride * 32;
  const missing = columnsMissing(step, stride);
  let x = step.outWidth - missing;
  if (step.padLeft) {
    const a = two(r2, a21, a22, two(r1, a11, a12, two(r0, a01, a02, biasA)));
    const b = two(r2 + 16, b21, b22, two(r1 + 16, b11, b12, two(r0 + 16, b01, b02, biasB)));
    v128.store(out, clamp(a, lo, hi));
    v128.store(out, clamp(b, lo, hi), 16);
    r0 += next - 32; // the first window begins a column before the image
    r1 += next - 32;
    r2 += next - 32;
    out += 32;
    --x;
  }
  for (; x > 0; --x) {
    const a = three(r2, a20, a21, a22, three(r1, a10, a11, a12, three(r0, a00, a01, a02, biasA)));
    const b = three(r2 + 16, b20, b21, b22, three(r1 + 16, b10, b11, b12, three(r0 + 16, b00, b01, b02, biasB)));
    v128.store(out, clamp(a, lo, hi));
    v128.store(out, clamp(b, lo, hi), 16);
    r0 += next;
    r1 += next;
    r2 += next;
    out += 32;
  }
  if (missing) {
    const a = two(r2, a20, a21, two(r1, a10, a11, two(r0, a00, a01, biasA)));
    const b = two(r2 + 16, b20, b21, two(r1 + 16, b10, b11, two(r0 + 16, b00, b01, biasB)));
    v128.store(out, clamp(a, lo, hi));
    v128.store(out, clamp(b, lo, hi), 16);
  }
}

/** 1 if the last output of a row reaches one column past the input, else 0. */
@inline
function columnsMissing(step: Step, stride: i32): i32 {
  return i32((step.outWidth - 1) * stride + 3 - step.padLeft > step.inWidth);
}


@inline
function add(x: v128, w: v128, acc: v128): v128 {
  return f32x4.add(acc, f32x4.mul(x, w));
}

/** Two neighbouring taps of a row. */
@inline
function two(r: usize, w0: v128, w1: v128, acc: v128): v128 {
  return add(v128.load(r, 32), w1, add(v128.load(r), w0, acc));
}

/** Three neighbouring taps of a row. */
@inline
function three(r: usize, w0: v128, w1: v128, w2: v128, acc: v128): v128 {
  return add(v128.load(r, 64), w2, two(r, w0, w1, acc));
}
