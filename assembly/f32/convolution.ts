/**
 * Standard convolution, eq. (1), of an NHWC image: the first layer of the network.
 *
 *   output[n][y][x] = clamp(bias[n] + Σijc input[stride·y + i - pad][stride·x + j - pad][c] · weight[n][i][j][c])
 *
 * Input: NHWC float32. Output: blocks. Weights: for each block of eight outputs its bias [8], then
 * [kernelHeight][kernelWidth · C][8].
 *
 * In NHWC the kernelWidth · C inputs of a kernel row lie side by side, whatever C is: with three
 * channels nine, where channel blocks would make them 24. The rows that a row of outputs needs
 * are copied to the panel with their padding, so there are no edges; then the tile is that of the pointwise
 * kernel, 4 pixels × 8 channels. (Later convolutions read blocks: move/im2col.ts, then pointwise.)
 */
import { clamp, madd } from "../simd/arithmetic";
import { Step, blockStride, firstRow } from "../step";

export function f32_convolution(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const channels = step.inChannels;
  const outPitch = <usize>step.outWidth * 32;
  const outHeight = step.outHeight;
  const inHeight = step.inHeight;
  const kernelHeight = step.kernelHeight;
  const inPitch = <usize>(step.inWidth * channels) * 4;
  const before = <usize>(step.padLeft * channels) * 4;
  const taps = step.kernelWidth * channels;
  const pixelStride = <usize>(step.strideWidth * channels) * 4;
  const rowBytes = <usize>((step.outWidth - 1) * step.strideWidth * channels + taps) * 4;
  const packed = <usize>(1 + kernelHeight * taps) * 32;
  const outStride = blockStride(step.output, step.images * outHeight, rowEnd - rowBegin, outPitch);
  let output = firstRow(step.output, panel, rowBegin, outPitch);

  for (let row = rowBegin; row < rowEnd; ++row) {
    const image = row / outHeight;
    const y = (row - image * outHeight) * step.strideHeight - step.padTop;
    let to = panel;
    for (let i = y; i < y + kernelHeight; ++i) {
      const from = step.input + <usize>(image * inHeight + i) * inPitch;
      if (<u32>i < <u32>inHeight) copyRow(from, inPitch, to, before, rowBytes);
      else zero(to, to + rowBytes);
      to += rowBytes;
    }
    for (let block = blockBegin; block < blockEnd; ++block) {
      const weights = step.weights + <usize>block * packed;
      outputRow(step, panel, rowBytes, taps, pixelStride, weights, output + <usize>block * outStride);
    }
    output += outPitch;
  }
}

/** One row of outputs × 8 channels, from `kernelHeight` padded rows. */
function outputRow(
  step: Step,
  rows: usize,
  rowBytes: usize,
  taps: i32,
  pixelStride: usize,
  weights: usize,
  out: usize,
): void {
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
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
      let k = taps;
      do {
        const wa = v128.load(w);
        const wb = v128.load(w, 16);
        const x0 = v128.load32_splat(p0);
        a0 = madd(x0, wa, a0);
        b0 = madd(x0, wb, b0);
        const x1 = v128.load32_splat(p1);
        a1 = madd(x1, wa, a1);
        b1 = madd(x1, wb, b1);
        const x2 = v128.load32_splat(p2);
        a2 = madd(x2, wa, a2);
        b2 = madd(x2, wb, b2);
        const x3 = v128.load32_splat(p3);
        a3 = madd(x3, wa, a3);
        b3 = madd(x3, wb, b3);
        w += 32;
        p0 += 4;
        p1 += 4;
        p2 += 4;
        p3 += 4;
      } while (--k);
      row += rowBytes;
    } while (--i);
    v128.store(out, clamp(a0, lo, hi));
    v128.store(out, clamp(b0, lo, hi), 16);
    v128.store(out, clamp(a1, lo, hi), 32);
    v128.store(out, clamp(b1, lo, hi), 48);
    v128.store(out, clamp(a2, lo, hi), 64);
    v128.store(out, clamp(b2, lo, hi), 80);
    v128.store(out, clamp(a3, lo, hi), 96);
    v128.store(out, clamp(b3, lo, hi), 112);
    rows += 4 * pixelStride;
    out += 128;
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
      let k = taps;
      do {
        const v = v128.load32_splat(p);
        a = madd(v, v128.load(w), a);
        b = madd(v, v128.load(w, 16), b);
        w += 32;
        p += 4;
      } while (--k);
      row += rowBytes;
    } while (--i);
    v128.store(out, clamp(a, lo, hi));
    v128.store(out, clamp(b, lo, hi), 16);
    rows += pixelStride;
    out += 32;
  }
}

/**
 * An image row to the panel, zeros before and after it. Vectors are stored whole, in ascending order, so
 * what one writes too much the next one overwrites; after the last row there is room for it.
 */
function copyRow(from: usize, inPitch: usize, to: usize, before: usize, rowBytes: usize): void {
  const end = to + rowBytes;
  zero(to, to + before);
  to += before;
  const copied = min(end - to, inPitch);
  for (let i: usize = 0; i < copied; i += 16) v128.store(to + i, v128.load(from + i));
  zero(to + copied, end);
}


@inline
function zero(from: usize, end: usize): void {
  const zeros = f32x4.splat(0);
  for (; from < end; from += 16) v128.store(from, zeros);
}
