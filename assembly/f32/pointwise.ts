/**
 * Pointwise convolution, the 1×1 of eq. (5), and the fully connected layer: a matrix product.
 *
 *   output[n][p] = clamp(bias[n] + Σk input[k][p] · weight[n][k])
 *
 * Input: blocks [K/8][pixels][8], so the k of a block lie side by side, pixel p at 32 · p.
 * Weights: for each block of eight outputs its bias [8], then [K][8].
 *
 * 95 % of a MobileNet's work happens in the innermost loop below: 4 pixels × 8 channels in eight
 * accumulators, which with two weights and one splat input is what 16 registers hold. It is not
 * unrolled over k: V8 then hoists the loads and spills. A block of weights (K · 32 bytes) stays in the
 * first-level cache while the pixels of the call pass by. Every tile sums in the same order, so a
 * pixel's value does not depend on where a call begins.
 */
import { clamp, madd } from "../lanes";
import { Step, blockStride, firstRow } from "../step";

export function f32_pointwise(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pitch = <usize>step.outWidth * 32;
  const rows = step.images * step.outHeight;
  const called = rowEnd - rowBegin;
  const pixels = called * step.outWidth;
  const tiled = pixels & ~3;
  const input = firstRow(step.input, panel, rowBegin, pitch);
  const inStride = blockStride(step.input, rows, called, pitch);
  const output = firstRow(step.output, panel, rowBegin, pitch);
  const outStride = blockStride(step.output, rows, called, pitch);
  const packed = <usize>(32 + step.inBlocks * 256);
  const weights = step.weights;
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const bias = weights + <usize>block * packed;
    let x = input;
    let y = output + <usize>block * outStride;
    for (let p = tiled; p > 0; p -= 4) {
      let w = bias;
      let a0 = v128.load(w);
      let b0 = v128.load(w, 16);
      let a1 = a0, a2 = a0, a3 = a0; // prettier-ignore
      let b1 = b0, b2 = b0, b3 = b0; // prettier-ignore
      w += 32;
      let blockStart = x;
      let blocks = step.inBlocks;
      do {
        let k = blockStart;
        const end = k + 32;
        do {
          const wa = v128.load(w);
          const wb = v128.load(w, 16);
          const x0 = v128.load32_splat(k);
          a0 = madd(x0, wa, a0);
          b0 = madd(x0, wb, b0);
          const x1 = v128.load32_splat(k, 32);
          a1 = madd(x1, wa, a1);
          b1 = madd(x1, wb, b1);
          const x2 = v128.load32_splat(k, 64);
          a2 = madd(x2, wa, a2);
          b2 = madd(x2, wb, b2);
          const x3 = v128.load32_splat(k, 96);
          a3 = madd(x3, wa, a3);
          b3 = madd(x3, wb, b3);
          w += 32;
          k += 4;
        } while (k != end);
        blockStart += inStride;
      } while (--blocks);
      v128.store(y, clamp(a0, lo, hi));
      v128.store(y, clamp(b0, lo, hi), 16);
      v128.store(y, clamp(a1, lo, hi), 32);
      v128.store(y, clamp(b1, lo, hi), 48);
      v128.store(y, clamp(a2, lo, hi), 64);
      v128.store(y, clamp(b2, lo, hi), 80);
      v128.store(y, clamp(a3, lo, hi), 96);
      v128.store(y, clamp(b3, lo, hi), 112);
      x += 128;
      y += 128;
    }
  }

  const restInput = input + ((<usize>tiled) << 5);
  const restOutput = output + ((<usize>tiled) << 5);
  for (let p = 0; p < pixels - tiled; ++p) {
    const offset = (<usize>p) << 5;
    onePixel(step, restInput + offset, inStride, restOutput + offset, outStride, blockBegin, blockEnd);
  }
}

/** One pixel × 16 channels: the up to three pixels that fill no tile, and fully connected layers. */
function onePixel(
  step: Step,
  input: usize,
  inStride: usize,
  output: usize,
  outStride: usize,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const packed = <usize>(32 + step.inBlocks * 256);
  const lo = f32x4.splat(step.lo);
  const hi = f32x4.splat(step.hi);
  for (let block = blockBegin; block < blockEnd; block += 2) {
    const y = output + <usize>block * outStride;
    // The last block of an odd number is its own neighbour: computed twice, stored once.
    const next: usize = block + 1 < blockEnd ? 1 : 0;
    let v = step.weights + <usize>block * packed;
    let w = v + next * packed;
    let a = v128.load(v);
    let b = v128.load(v, 16);
    let c = v128.load(w);
    let d = v128.load(w, 16);
    let blockStart = input;
    let blocks = step.inBlocks;
    do {
      let k = blockStart;
      const end = k + 32;
      do {
        v += 32;
        w += 32;
        const x = v128.load32_splat(k);
        a = madd(x, v128.load(v), a);
        b = madd(x, v128.load(v, 16), b);
        c = madd(x, v128.load(w), c);
        d = madd(x, v128.load(w, 16), d);
        k += 4;
      } while (k != end);
      blockStart += inStride;
    } while (--blocks);
    v128.store(y, clamp(a, lo, hi));
    v128.store(y, clamp(b, lo, hi), 16);
    v128.store(y + next * outStride, clamp(c, lo, hi));
    v128.store(y + next * outStride, clamp(d, lo, hi), 16);
  }
}
