/**
 * f32/pointwise.ts for ARM64, in tiles of 4 pixels × 16 channels: a splat serves four multiplications. Its 16 accumulators
 * hide the latency of a fused multiply-add, and 29 registers hold them. Weights and sums are the same, in the same order.
 *
 * Four k of a pixel are one load, and their splats come out of that register: ARM64 folds no offset into a load, and a
 * splat from memory takes a slot of the vector units just as one from a register does. The part is compiled without
 * Binaryen's reordering (asconfig.json), which would bring all weights together and make V8 spill.
 */
import { Product } from "../abi/product";
import { madd } from "../simd/arithmetic";
import { clearAfter } from "../simd/channels";
import { onePixel, store, tile4 } from "../f32/pointwise";
import { lane0, lane1, lane2, lane3 } from "./lanes";

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

  const inTiles = pixels & ~3;
  for (let block = blockBegin; block < blockEnd; block += 2) {
    const weights = params.weights + <usize>block * packed;
    let x = input;
    let y = output + <usize>block * outStride;
    for (let p = inTiles; p > 0; p -= 4) {
      if (block + 1 < blockEnd) twoBlocks(blocks, x, inStride, weights, packed, y, outStride, lo, hi);
      else tile4(blocks, x, inStride, weights, packed, y, outStride, lo, hi, false);
      x += 128;
      y += 128;
    }
  }
  for (let p = inTiles; p < pixels; ++p) {
    const offset = <usize>(p * 32);
    onePixel(params, input + offset, inStride, output + offset, outStride, blockBegin, blockEnd);
  }
  // Infinity · 0 is NaN.
  clearAfter(params.output, output, outStride, pixels, blockEnd);
}

/** Four pixels × the sixteen channels of two blocks, (a, b) and (c, d). */
@inline
function twoBlocks(blocks: i32, x: usize, inStride: usize, w: usize, packed: usize, y: usize, outStride: usize, lo: v128, hi: v128): void {
  let v = w + packed;
  // prettier-ignore
  let a0 = v128.load(w), b0 = v128.load(w, 16), c0 = v128.load(v), d0 = v128.load(v, 16);
  let a1 = a0, a2 = a0, a3 = a0; // prettier-ignore
  let b1 = b0, b2 = b0, b3 = b0; // prettier-ignore
  let c1 = c0, c2 = c0, c3 = c0; // prettier-ignore
  let d1 = d0, d2 = d0, d3 = d0; // prettier-ignore
  w += 32;
  v += 32;
  do {
    let k = x;
    const end = k + 32;
    // prettier-ignore
    do {
      const x0 = v128.load(k), x1 = v128.load(k, 32), x2 = v128.load(k, 64), x3 = v128.load(k, 96);
      let wa = v128.load(w, 0), wb = v128.load(w, 16), wc = v128.load(v, 0), wd = v128.load(v, 16);
      let s = lane0(x0); a0 = madd(s, wa, a0); b0 = madd(s, wb, b0); c0 = madd(s, wc, c0); d0 = madd(s, wd, d0);
      s = lane0(x1); a1 = madd(s, wa, a1); b1 = madd(s, wb, b1); c1 = madd(s, wc, c1); d1 = madd(s, wd, d1);
      s = lane0(x2); a2 = madd(s, wa, a2); b2 = madd(s, wb, b2); c2 = madd(s, wc, c2); d2 = madd(s, wd, d2);
      s = lane0(x3); a3 = madd(s, wa, a3); b3 = madd(s, wb, b3); c3 = madd(s, wc, c3); d3 = madd(s, wd, d3);
      wa = v128.load(w, 32); wb = v128.load(w, 48); wc = v128.load(v, 32); wd = v128.load(v, 48);
      s = lane1(x0); a0 = madd(s, wa, a0); b0 = madd(s, wb, b0); c0 = madd(s, wc, c0); d0 = madd(s, wd, d0);
      s = lane1(x1); a1 = madd(s, wa, a1); b1 = madd(s, wb, b1); c1 = madd(s, wc, c1); d1 = madd(s, wd, d1);
      s = lane1(x2); a2 = madd(s, wa, a2); b2 = madd(s, wb, b2); c2 = madd(s, wc, c2); d2 = madd(s, wd, d2);
      s = lane1(x3); a3 = madd(s, wa, a3); b3 = madd(s, wb, b3); c3 = madd(s, wc, c3); d3 = madd(s, wd, d3);
      wa = v128.load(w, 64); wb = v128.load(w, 80); wc = v128.load(v, 64); wd = v128.load(v, 80);
      s = lane2(x0); a0 = madd(s, wa, a0); b0 = madd(s, wb, b0); c0 = madd(s, wc, c0); d0 = madd(s, wd, d0);
      s = lane2(x1); a1 = madd(s, wa, a1); b1 = madd(s, wb, b1); c1 = madd(s, wc, c1); d1 = madd(s, wd, d1);
      s = lane2(x2); a2 = madd(s, wa, a2); b2 = madd(s, wb, b2); c2 = madd(s, wc, c2); d2 = madd(s, wd, d2);
      s = lane2(x3); a3 = madd(s, wa, a3); b3 = madd(s, wb, b3); c3 = madd(s, wc, c3); d3 = madd(s, wd, d3);
      wa = v128.load(w, 96); wb = v128.load(w, 112); wc = v128.load(v, 96); wd = v128.load(v, 112);
      s = lane3(x0); a0 = madd(s, wa, a0); b0 = madd(s, wb, b0); c0 = madd(s, wc, c0); d0 = madd(s, wd, d0);
      s = lane3(x1); a1 = madd(s, wa, a1); b1 = madd(s, wb, b1); c1 = madd(s, wc, c1); d1 = madd(s, wd, d1);
      s = lane3(x2); a2 = madd(s, wa, a2); b2 = madd(s, wb, b2); c2 = madd(s, wc, c2); d2 = madd(s, wd, d2);
      s = lane3(x3); a3 = madd(s, wa, a3); b3 = madd(s, wb, b3); c3 = madd(s, wc, c3); d3 = madd(s, wd, d3);
      w += 128;
      v += 128;
      k += 16;
    } while (k != end);
    x += inStride;
  } while (--blocks);
  store(y, a0, b0, lo, hi);
  store(y + 32, a1, b1, lo, hi);
  store(y + 64, a2, b2, lo, hi);
  store(y + 96, a3, b3, lo, hi);
  y += outStride;
  store(y, c0, d0, lo, hi);
  store(y + 32, c1, d1, lo, hi);
  store(y + 64, c2, d2, lo, hi);
  store(y + 96, c3, d3, lo, hi);
}
