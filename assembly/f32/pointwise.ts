/**
 * Pointwise convolution, the 1×1 of eq. (5), and the fully connected layer: a matrix product.
 *
 *   output[n][p] = clamp(bias[n] + Σk input[k][p] · weight[n][k])
 *
 * Input: nChw8c float32, [K/8][pixels][8]: the k of a block lie side by side, pixel p at 32 · p. Output: the same.
 * Weights: for each block of eight outputs its bias [8], then [K][8].
 *
 * 95 % of a MobileNet's work happens in the innermost loop below: 4 pixels × 8 channels in eight accumulators. With two
 * vectors of weights and one splat input, they fill 16 registers. The loop over k is not unrolled, because V8 then hoists
 * the loads and spills. A block of weights (K · 32 bytes) stays in the first-level cache while the pixels of the call pass
 * by. Every tile sums in the same order, so the value of a pixel does not depend on where a call begins.
 */
import { Product } from "../abi/product";
import { clamp, madd } from "../simd/arithmetic";
import { ADD_OFFSETS, WIDE } from "../simd/builds";
import { clearAfter } from "../simd/channels";

export function f32_pointwise(params: Product, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const called = rowEnd - rowBegin;
  const pixels = called * params.output.width;
  const blocks = params.input.blocks;
  const input = params.input.from(tile, rowBegin);
  const inStride = params.input.stride(called);
  const output = params.output.from(tile, rowBegin);
  const outStride = params.output.stride(called);
  const packed = <usize>(32 + blocks * 256);
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);

  let rest = 0; // pixels that fill no tile; the same for every block
  for (let block = blockBegin; block < blockEnd;) {
    const pair = WIDE && block + 1 < blockEnd;
    const weights = params.weights + <usize>block * packed;
    let x = input;
    let y = output + <usize>block * outStride;
    let p = pixels;
    if (ASC_FEATURE_RELAXED_SIMD) {
      // Two tiles of four are better than one of six and a rest of two.
      for (; p >= 6 && p != 8; p -= 6) {
        if (pair) tile6(blocks, x, inStride, weights, packed, y, outStride, lo, hi, true);
        else tile6(blocks, x, inStride, weights, packed, y, outStride, lo, hi, false);
        x += 192;
        y += 192;
      }
    }
    for (; p >= 4; p -= 4) {
      if (pair) tile4(blocks, x, inStride, weights, packed, y, outStride, lo, hi, true);
      else tile4(blocks, x, inStride, weights, packed, y, outStride, lo, hi, false);
      x += 128;
      y += 128;
    }
    rest = p;
    block += pair ? 2 : 1;
  }

  for (let p = pixels - rest; p < pixels; ++p) {
    const offset = <usize>(p * 32);
    onePixel(params, input + offset, inStride, output + offset, outStride, blockBegin, blockEnd);
  }
  // Infinity · 0 is NaN.
  clearAfter(params.output, output, outStride, pixels, blockEnd);
}

/** Four pixels × eight channels, or × the sixteen of a pair of blocks. */
@inline
export function tile4(
  blocks: i32,
  x: usize,
  inStride: usize,
  w: usize,
  packed: usize,
  y: usize,
  outStride: usize,
  lo: v128,
  hi: v128,
  pair: bool,
): void {
  let v = w + packed;
  let a0 = v128.load(w);
  let b0 = v128.load(w, 16);
  let c0 = a0;
  let d0 = b0;
  if (pair) {
    c0 = v128.load(v);
    d0 = v128.load(v, 16);
  }
  let a1 = a0, a2 = a0, a3 = a0; // prettier-ignore
  let b1 = b0, b2 = b0, b3 = b0; // prettier-ignore
  let c1 = c0, c2 = c0, c3 = c0; // prettier-ignore
  let d1 = d0, d2 = d0, d3 = d0; // prettier-ignore
  do {
    let k = x;
    const end = k + 32;
    do {
      w += 32;
      v += 32;
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      const wc = pair ? v128.load(v) : wa;
      const wd = pair ? v128.load(v, 16) : wb;
      const x0 = v128.load32_splat(k);
      a0 = madd(x0, wa, a0);
      b0 = madd(x0, wb, b0);
      if (pair) {
        c0 = madd(x0, wc, c0);
        d0 = madd(x0, wd, d0);
      }
      const x1 = ADD_OFFSETS ? v128.load32_splat(k + 32) : v128.load32_splat(k, 32);
      a1 = madd(x1, wa, a1);
      b1 = madd(x1, wb, b1);
      if (pair) {
        c1 = madd(x1, wc, c1);
        d1 = madd(x1, wd, d1);
      }
      const x2 = ADD_OFFSETS ? v128.load32_splat(k + 64) : v128.load32_splat(k, 64);
      a2 = madd(x2, wa, a2);
      b2 = madd(x2, wb, b2);
      if (pair) {
        c2 = madd(x2, wc, c2);
        d2 = madd(x2, wd, d2);
      }
      const x3 = ADD_OFFSETS ? v128.load32_splat(k + 96) : v128.load32_splat(k, 96);
      a3 = madd(x3, wa, a3);
      b3 = madd(x3, wb, b3);
      if (pair) {
        c3 = madd(x3, wc, c3);
        d3 = madd(x3, wd, d3);
      }
      k += 4;
    } while (k != end);
    x += inStride;
  } while (--blocks);
  store(y, a0, b0, lo, hi);
  store(y + 32, a1, b1, lo, hi);
  store(y + 64, a2, b2, lo, hi);
  store(y + 96, a3, b3, lo, hi);
  if (pair) {
    y += outStride;
    store(y, c0, d0, lo, hi);
    store(y + 32, c1, d1, lo, hi);
    store(y + 64, c2, d2, lo, hi);
    store(y + 96, c3, d3, lo, hi);
  }
}

/** Six pixels: twelve accumulators are too many unless multiply and add are one instruction. */
@inline
function tile6(blocks: i32, x: usize, inStride: usize, w: usize, packed: usize, y: usize, outStride: usize, lo: v128, hi: v128, pair: bool): void {
  let v = w + packed;
  let a0 = v128.load(w);
  let b0 = v128.load(w, 16);
  let c0 = a0;
  let d0 = b0;
  if (pair) {
    c0 = v128.load(v);
    d0 = v128.load(v, 16);
  }
  let a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0; // prettier-ignore
  let b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0; // prettier-ignore
  let c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0; // prettier-ignore
  let d1 = d0, d2 = d0, d3 = d0, d4 = d0, d5 = d0; // prettier-ignore
  do {
    let k = x;
    const end = k + 32;
    do {
      w += 32;
      v += 32;
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      const wc = pair ? v128.load(v) : wa;
      const wd = pair ? v128.load(v, 16) : wb;
      const x0 = v128.load32_splat(k);
      a0 = madd(x0, wa, a0);
      b0 = madd(x0, wb, b0);
      if (pair) {
        c0 = madd(x0, wc, c0);
        d0 = madd(x0, wd, d0);
      }
      const x1 = ADD_OFFSETS ? v128.load32_splat(k + 32) : v128.load32_splat(k, 32);
      a1 = madd(x1, wa, a1);
      b1 = madd(x1, wb, b1);
      if (pair) {
        c1 = madd(x1, wc, c1);
        d1 = madd(x1, wd, d1);
      }
      const x2 = ADD_OFFSETS ? v128.load32_splat(k + 64) : v128.load32_splat(k, 64);
      a2 = madd(x2, wa, a2);
      b2 = madd(x2, wb, b2);
      if (pair) {
        c2 = madd(x2, wc, c2);
        d2 = madd(x2, wd, d2);
      }
      const x3 = ADD_OFFSETS ? v128.load32_splat(k + 96) : v128.load32_splat(k, 96);
      a3 = madd(x3, wa, a3);
      b3 = madd(x3, wb, b3);
      if (pair) {
        c3 = madd(x3, wc, c3);
        d3 = madd(x3, wd, d3);
      }
      const x4 = ADD_OFFSETS ? v128.load32_splat(k + 128) : v128.load32_splat(k, 128);
      a4 = madd(x4, wa, a4);
      b4 = madd(x4, wb, b4);
      if (pair) {
        c4 = madd(x4, wc, c4);
        d4 = madd(x4, wd, d4);
      }
      const x5 = ADD_OFFSETS ? v128.load32_splat(k + 160) : v128.load32_splat(k, 160);
      a5 = madd(x5, wa, a5);
      b5 = madd(x5, wb, b5);
      if (pair) {
        c5 = madd(x5, wc, c5);
        d5 = madd(x5, wd, d5);
      }
      k += 4;
    } while (k != end);
    x += inStride;
  } while (--blocks);
  store(y, a0, b0, lo, hi);
  store(y + 32, a1, b1, lo, hi);
  store(y + 64, a2, b2, lo, hi);
  store(y + 96, a3, b3, lo, hi);
  store(y + 128, a4, b4, lo, hi);
  store(y + 160, a5, b5, lo, hi);
  if (pair) {
    y += outStride;
    store(y, c0, d0, lo, hi);
    store(y + 32, c1, d1, lo, hi);
    store(y + 64, c2, d2, lo, hi);
    store(y + 96, c3, d3, lo, hi);
    store(y + 128, c4, d4, lo, hi);
    store(y + 160, c5, d5, lo, hi);
  }
}

/** The eight channels of a pixel, clamped. */
@inline
export function store(y: usize, a: v128, b: v128, lo: v128, hi: v128): void {
  v128.store(y, clamp(a, lo, hi));
  v128.store(y, clamp(b, lo, hi), 16);
}

/** One pixel × 16 channels: for the pixels that fill no tile, three at most, and for fully connected layers. */
export function onePixel(params: Product, input: usize, inStride: usize, output: usize, outStride: usize, blockBegin: i32, blockEnd: i32): void {
  const inBlocks = params.input.blocks;
  const packed = <usize>(32 + inBlocks * 256);
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  for (let block = blockBegin; block < blockEnd; block += 2) {
    const y = output + <usize>block * outStride;
    // The last block of an odd number is its own neighbour: computed twice, stored once.
    const next: usize = block + 1 < blockEnd ? 1 : 0;
    let v = params.weights + <usize>block * packed;
    let w = v + next * packed;
    let a = v128.load(v);
    let b = v128.load(v, 16);
    let c = v128.load(w);
    let d = v128.load(w, 16);
    let blockStart = input;
    let blocks = inBlocks;
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
    store(y, a, b, lo, hi);
    store(y + next * outStride, c, d, lo, hi);
  }
}
