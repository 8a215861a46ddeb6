/**
 * Pointwise convolution and the fully connected layer of 8-bit models, exact.
 *
 *   output[n][p] = requantize(bias[n] + Σk input[k][p] · weight[n][k])
 *
 * Input: nChw8c int16, [K/8][pixels][8], pixel p at 16 · p; two neighbouring k are one operand. Output: the same.
 * Weights: for each block of eight outputs its bias int32 [8], then [K/2][8][2] of int16 less their zero point, then the
 * scales float32 [8]. Weights are int16 because a uint8 weight less its zero point needs nine bits, and because a load that
 * does not widen is a tenth faster.
 *
 * The tile is that of f32/pointwise.ts, with twice the products per instruction. Sums are int32 and wrap, as they do in
 * TensorFlow Lite.
 */
import { Product } from "../abi/product";
import { dot } from "../simd/arithmetic";
import { WIDE } from "../simd/builds";
import { storeRequantized } from "../simd/requantize";

export function q8_pointwise(params: Product, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  const called = rowEnd - rowBegin;
  const pixels = called * params.output.width;
  const blocks = params.input.blocks;
  const input = params.input.from(tile, rowBegin);
  const inStride = params.input.stride(called);
  const output = params.output.from(tile, rowBegin);
  const outStride = params.output.stride(called);
  const packed = <usize>(64 + blocks * 128);
  // 16, but the compiler cannot know it: given a literal, it would pair the pixels of neighbouring stores, not the halves
  // of a block.
  const pixelBytes = params.output.pixelBytes;

  let rest = 0; // pixels that fill no tile; the same for every block
  for (let block = blockBegin; block < blockEnd;) {
    const pair = WIDE && block + 1 < blockEnd;
    const weights = params.weights + <usize>block * packed;
    let x = input;
    let y = output + <usize>block * outStride;
    let p = pixels;
    if (WIDE && pair) {
      // A tile of four for each block is better than one of three and a rest of one.
      for (; p >= 3 && p != 4; p -= 3) {
        tile3pair(blocks, x, inStride, weights, packed, y, outStride, pixelBytes, lo, hi, round);
        x += 48;
        y += 48;
      }
    }
    for (; p >= 4; p -= 4) {
      tile4(blocks, x, inStride, weights, y, lo, hi, round);
      if (pair) tile4(blocks, x, inStride, weights + packed, y + outStride, lo, hi, round);
      x += 64;
      y += 64;
    }
    rest = max(rest, p);
    block += pair ? 2 : 1;
  }

  for (let p = pixels - rest; p < pixels; ++p) {
    const offset = <usize>(p * 16);
    onePixel(params, input + offset, inStride, output + offset, outStride, blockBegin, blockEnd);
  }
}

/** Four pixels × eight channels. */
@inline
function tile4(blocks: i32, x: usize, inStride: usize, w: usize, y: usize, lo: v128, hi: v128, round: v128): void {
  let a0 = v128.load(w);
  let b0 = v128.load(w, 16);
  let a1 = a0, a2 = a0, a3 = a0; // prettier-ignore
  let b1 = b0, b2 = b0, b3 = b0; // prettier-ignore
  w += 32;
  do {
    let k = x;
    const end = k + 16;
    do {
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      const x0 = v128.load32_splat(k);
      a0 = dot(x0, wa, a0);
      b0 = dot(x0, wb, b0);
      const x1 = v128.load32_splat(k, 16);
      a1 = dot(x1, wa, a1);
      b1 = dot(x1, wb, b1);
      const x2 = v128.load32_splat(k, 32);
      a2 = dot(x2, wa, a2);
      b2 = dot(x2, wb, b2);
      const x3 = v128.load32_splat(k, 48);
      a3 = dot(x3, wa, a3);
      b3 = dot(x3, wb, b3);
      w += 32;
      k += 4;
    } while (k != end);
    x += inStride;
  } while (--blocks);
  const sa = v128.load(w);
  const sb = v128.load(w, 16);
  storeRequantized(y, a0, b0, sa, sb, lo, hi, round);
  storeRequantized(y + 16, a1, b1, sa, sb, lo, hi, round);
  storeRequantized(y + 32, a2, b2, sa, sb, lo, hi, round);
  storeRequantized(y + 48, a3, b3, sa, sb, lo, hi, round);
}

/** Three pixels × the sixteen channels of a pair of blocks, which fill the vectors of 256 bits. */
@inline
function tile3pair(
  blocks: i32,
  x: usize,
  inStride: usize,
  w: usize,
  packed: usize,
  y: usize,
  outStride: usize,
  pixelBytes: usize,
  lo: v128,
  hi: v128,
  round: v128,
): void {
  let v = w + packed;
  let a0 = v128.load(w);
  let b0 = v128.load(w, 16);
  let c0 = v128.load(v);
  let d0 = v128.load(v, 16);
  let a1 = a0, a2 = a0; // prettier-ignore
  let b1 = b0, b2 = b0; // prettier-ignore
  let c1 = c0, c2 = c0; // prettier-ignore
  let d1 = d0, d2 = d0; // prettier-ignore
  w += 32;
  v += 32;
  do {
    let k = x;
    const end = k + 16;
    do {
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      const wc = v128.load(v);
      const wd = v128.load(v, 16);
      const x0 = v128.load32_splat(k);
      a0 = dot(x0, wa, a0);
      b0 = dot(x0, wb, b0);
      c0 = dot(x0, wc, c0);
      d0 = dot(x0, wd, d0);
      const x1 = v128.load32_splat(k, 16);
      a1 = dot(x1, wa, a1);
      b1 = dot(x1, wb, b1);
      c1 = dot(x1, wc, c1);
      d1 = dot(x1, wd, d1);
      const x2 = v128.load32_splat(k, 32);
      a2 = dot(x2, wa, a2);
      b2 = dot(x2, wb, b2);
      c2 = dot(x2, wc, c2);
      d2 = dot(x2, wd, d2);
      w += 32;
      v += 32;
      k += 4;
    } while (k != end);
    x += inStride;
  } while (--blocks);
  const sa = v128.load(w);
  const sb = v128.load(w, 16);
  storeRequantized(y, a0, b0, sa, sb, lo, hi, round);
  storeRequantized(y + pixelBytes, a1, b1, sa, sb, lo, hi, round);
  storeRequantized(y + 2 * pixelBytes, a2, b2, sa, sb, lo, hi, round);
  y += outStride;
  const sc = v128.load(v);
  const sd = v128.load(v, 16);
  storeRequantized(y, c0, d0, sc, sd, lo, hi, round);
  storeRequantized(y + pixelBytes, c1, d1, sc, sd, lo, hi, round);
  storeRequantized(y + 2 * pixelBytes, c2, d2, sc, sd, lo, hi, round);
}

/** One pixel × 16 channels: for the pixels that fill no tile, three at most, and for fully connected layers. */
function onePixel(params: Product, input: usize, inStride: usize, output: usize, outStride: usize, blockBegin: i32, blockEnd: i32): void {
  const inBlocks = params.input.blocks;
  const packed = <usize>(64 + inBlocks * 128);
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  for (let block = blockBegin; block < blockEnd; block += 2) {
    const y = output + <usize>block * outStride;
    // The last block of an odd number is its own neighbour.
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
      const end = k + 16;
      do {
        v += 32;
        w += 32;
        const x = v128.load32_splat(k);
        a = dot(x, v128.load(v), a);
        b = dot(x, v128.load(v, 16), b);
        c = dot(x, v128.load(w), c);
        d = dot(x, v128.load(w, 16), d);
        k += 4;
      } while (k != end);
      blockStart += inStride;
    } while (--blocks);
    storeRequantized(y, a, b, v128.load(v, 32), v128.load(v, 48), lo, hi, round);
    storeRequantized(y + next * outStride, c, d, v128.load(w, 32), v128.load(w, 48), lo, hi, round);
  }
}
