/**
 * q8/pointwisedot.ts for ARM64, on signed bytes. Weights and results are the same.
 *
 * With sdot, which V8's optimising compiler makes of i32x4.relaxed_dot_i8x16_i7x16_add_s where the processor has it: tiles
 * of 4 pixels × 16 channels, eight k at a time. Two pixels are one load; their splats come out of that register.
 *
 * Elsewhere: in V8's baseline compiler, on processors without sdot, and in engines without relaxed SIMD, 4 pixels ×
 * 8 channels. Products of bytes fit int16, and so does the sum of the products of k and k + 4, unless all four factors are
 * -128; the host gives this kernel no such weights. i32x4.extadd_pairwise_i16x8_s adds neighbours to the accumulators,
 * which therefore hold the sums of k = 4i, 4i + 1 and of k = 4i + 2, 4i + 3 apart. V8 makes smull, smlal and sadalp of a
 * step: 64 products in twelve instructions.
 */
import { Product } from "../abi/product";
import { sumsOn } from "../q8/narrow";
import { correction, dotBytes, onePixel as onePixelDot, storeCorrected, tile4 } from "../q8/pointwisedot";
import { lane0, lane1, lane2, lane3 } from "./lanes";

/** This kernel multiplies signed bytes exactly. */
export function q8_byteProducts(): i32 {
  return 2;
}

export function q8_pointwiseDot(params: Product, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const called = rowEnd - rowBegin;
  const pixels = called * params.output.width;
  const blocks = params.input.blocks;
  const inStride = <usize>pixels * 8;
  const output = params.output.from(tile, rowBegin);
  const outStride = params.output.stride(called);
  const packed = <usize>(64 + blocks * 64);
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  const sums = params.weightOffset ? sumsOn(tile, inStride, blocks) : 0;
  const dots = hasDots(params.input.channels);

  const inTiles = pixels & ~3;
  for (let block = blockBegin; block < blockEnd;) {
    const pair = dots && block + 1 < blockEnd;
    const weights = params.weights + <usize>block * packed;
    let x = tile;
    let y = output + <usize>block * outStride;
    let sum = sums;
    for (let p = inTiles; p > 0; p -= 4) {
      if (!dots) widening(blocks, x, inStride, weights, sum, y, lo, hi, round);
      else if (pair) twoBlocks(blocks, x, inStride, weights, packed, sum, y, outStride, lo, hi, round);
      else tile4(blocks, x, inStride, weights, sum, y, lo, hi, round);
      x += 32;
      y += 64;
      if (sum) sum += 16;
    }
    block += pair ? 2 : 1;
  }

  for (let p = inTiles; p < pixels; ++p) {
    const x = tile + <usize>(p * 8);
    const sum = sums ? sums + <usize>(p * 4) : 0;
    const y = output + <usize>(p * 16);
    if (dots) onePixelDot(params, x, inStride, sum, y, outStride, blockBegin, blockEnd);
    else onePixel(params, x, inStride, sum, y, outStride, blockBegin, blockEnd);
  }
}

/**
 * Whether this very code has an instruction for four products: 4 · (-128)² exceeds 16 bits, in which the engine adds them
 * otherwise. A wrong answer costs time, never results.
 *
 * @param positive any number above 0, which the compiler cannot know: it might compute the answer itself, and wrongly.
 */
@inline
function hasDots(positive: i32): bool {
  if (!ASC_FEATURE_RELAXED_SIMD) return false;
  const lowest = i8x16.splat(positive > 0 ? -128 : 0);
  return i32x4.extract_lane(dotBytes(lowest, lowest, i32x4.splat(0)), 0) == 65536;
}

/** Four pixels × the sixteen channels of two blocks, (a, b) and (c, d). */
@inline
function twoBlocks(
  blocks: i32,
  x: usize,
  inStride: usize,
  w: usize,
  packed: usize,
  sum: usize,
  y: usize,
  outStride: usize,
  lo: v128,
  hi: v128,
  round: v128,
): void {
  let v = w + packed;
  // prettier-ignore
  let a0 = v128.load(w), b0 = v128.load(w, 16), c0 = v128.load(v), d0 = v128.load(v, 16);
  let a1 = a0, a2 = a0, a3 = a0; // prettier-ignore
  let b1 = b0, b2 = b0, b3 = b0; // prettier-ignore
  let c1 = c0, c2 = c0, c3 = c0; // prettier-ignore
  let d1 = d0, d2 = d0, d3 = d0; // prettier-ignore
  w += 32;
  v += 32;
  // prettier-ignore
  do {
    const x01 = v128.load(x), x23 = v128.load(x, 16);
    let wa = v128.load(w, 0), wb = v128.load(w, 16), wc = v128.load(v, 0), wd = v128.load(v, 16);
    let s = lane0(x01); a0 = dotBytes(s, wa, a0); b0 = dotBytes(s, wb, b0); c0 = dotBytes(s, wc, c0); d0 = dotBytes(s, wd, d0);
    s = lane2(x01); a1 = dotBytes(s, wa, a1); b1 = dotBytes(s, wb, b1); c1 = dotBytes(s, wc, c1); d1 = dotBytes(s, wd, d1);
    s = lane0(x23); a2 = dotBytes(s, wa, a2); b2 = dotBytes(s, wb, b2); c2 = dotBytes(s, wc, c2); d2 = dotBytes(s, wd, d2);
    s = lane2(x23); a3 = dotBytes(s, wa, a3); b3 = dotBytes(s, wb, b3); c3 = dotBytes(s, wc, c3); d3 = dotBytes(s, wd, d3);
    wa = v128.load(w, 32); wb = v128.load(w, 48); wc = v128.load(v, 32); wd = v128.load(v, 48);
    s = lane1(x01); a0 = dotBytes(s, wa, a0); b0 = dotBytes(s, wb, b0); c0 = dotBytes(s, wc, c0); d0 = dotBytes(s, wd, d0);
    s = lane3(x01); a1 = dotBytes(s, wa, a1); b1 = dotBytes(s, wb, b1); c1 = dotBytes(s, wc, c1); d1 = dotBytes(s, wd, d1);
    s = lane1(x23); a2 = dotBytes(s, wa, a2); b2 = dotBytes(s, wb, b2); c2 = dotBytes(s, wc, c2); d2 = dotBytes(s, wd, d2);
    s = lane3(x23); a3 = dotBytes(s, wa, a3); b3 = dotBytes(s, wb, b3); c3 = dotBytes(s, wc, c3); d3 = dotBytes(s, wd, d3);
    w += 64;
    v += 64;
    x += inStride;
  } while (--blocks);
  let sa = v128.load(w);
  let sb = v128.load(w, 16);
  storeCorrected(y, a0, b0, correction(sum, 0), sa, sb, lo, hi, round);
  storeCorrected(y + 16, a1, b1, correction(sum, 1), sa, sb, lo, hi, round);
  storeCorrected(y + 32, a2, b2, correction(sum, 2), sa, sb, lo, hi, round);
  storeCorrected(y + 48, a3, b3, correction(sum, 3), sa, sb, lo, hi, round);
  y += outStride;
  sa = v128.load(v);
  sb = v128.load(v, 16);
  storeCorrected(y, c0, d0, correction(sum, 0), sa, sb, lo, hi, round);
  storeCorrected(y + 16, c1, d1, correction(sum, 1), sa, sb, lo, hi, round);
  storeCorrected(y + 32, c2, d2, correction(sum, 2), sa, sb, lo, hi, round);
  storeCorrected(y + 48, c3, d3, correction(sum, 3), sa, sb, lo, hi, round);
}

/** Four pixels × eight channels without dot products. Accumulators have two sums for each of two channels. */
@inline
function widening(blocks: i32, x: usize, inStride: usize, w: usize, sum: usize, y: usize, lo: v128, hi: v128, round: v128): void {
  const biasA = v128.load(w);
  const biasB = v128.load(w, 16);
  let a0 = i64x2.extend_low_i32x4_u(biasA);
  let b0 = i64x2.extend_high_i32x4_u(biasA);
  let c0 = i64x2.extend_low_i32x4_u(biasB);
  let d0 = i64x2.extend_high_i32x4_u(biasB);
  let a1 = a0, a2 = a0, a3 = a0; // prettier-ignore
  let b1 = b0, b2 = b0, b3 = b0; // prettier-ignore
  let c1 = c0, c2 = c0, c3 = c0; // prettier-ignore
  let d1 = d0, d2 = d0, d3 = d0; // prettier-ignore
  w += 32;
  // prettier-ignore
  do {
    const x01 = v128.load(x), x23 = v128.load(x, 16);
    const wa = v128.load(w), wc = v128.load(w, 16), va = v128.load(w, 32), vc = v128.load(w, 48);
    let s = lane0(x01), t = lane1(x01);
    a0 = low(s, wa, t, va, a0); b0 = high(s, wa, t, va, b0); c0 = low(s, wc, t, vc, c0); d0 = high(s, wc, t, vc, d0);
    s = lane2(x01); t = lane3(x01);
    a1 = low(s, wa, t, va, a1); b1 = high(s, wa, t, va, b1); c1 = low(s, wc, t, vc, c1); d1 = high(s, wc, t, vc, d1);
    s = lane0(x23); t = lane1(x23);
    a2 = low(s, wa, t, va, a2); b2 = high(s, wa, t, va, b2); c2 = low(s, wc, t, vc, c2); d2 = high(s, wc, t, vc, d2);
    s = lane2(x23); t = lane3(x23);
    a3 = low(s, wa, t, va, a3); b3 = high(s, wa, t, va, b3); c3 = low(s, wc, t, vc, c3); d3 = high(s, wc, t, vc, d3);
    w += 64;
    x += inStride;
  } while (--blocks);
  const sa = v128.load(w);
  const sb = v128.load(w, 16);
  storeCorrected(y, joined(a0, b0), joined(c0, d0), correction(sum, 0), sa, sb, lo, hi, round);
  storeCorrected(y + 16, joined(a1, b1), joined(c1, d1), correction(sum, 1), sa, sb, lo, hi, round);
  storeCorrected(y + 32, joined(a2, b2), joined(c2, d2), correction(sum, 2), sa, sb, lo, hi, round);
  storeCorrected(y + 48, joined(a3, b3), joined(c3, d3), correction(sum, 3), sa, sb, lo, hi, round);
}

/** Products of the first eight bytes, of s with w and of t with v, added to acc in pairs. */
@inline
function low(s: v128, w: v128, t: v128, v: v128, acc: v128): v128 {
  const products = i16x8.add(i16x8.extmul_low_i8x16_s(s, w), i16x8.extmul_low_i8x16_s(t, v));
  return i32x4.add(acc, i32x4.extadd_pairwise_i16x8_s(products));
}

/** The same of the last eight bytes. */
@inline
function high(s: v128, w: v128, t: v128, v: v128, acc: v128): v128 {
  const products = i16x8.add(i16x8.extmul_high_i8x16_s(s, w), i16x8.extmul_high_i8x16_s(t, v));
  return i32x4.add(acc, i32x4.extadd_pairwise_i16x8_s(products));
}

/** The sums of neighbours, those of a before those of b. */
@inline
function joined(a: v128, b: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
}

/** One pixel × eight channels without dot products, block by block. */
function onePixel(params: Product, input: usize, inStride: usize, sum: usize, output: usize, outStride: usize, blockBegin: i32, blockEnd: i32): void {
  const inBlocks = params.input.blocks;
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  const corrected = correction(sum, 0);
  let w = params.weights + <usize>blockBegin * <usize>(64 + inBlocks * 64);
  let y = output + <usize>blockBegin * outStride;
  for (let block = blockBegin; block < blockEnd; ++block) {
    const biasA = v128.load(w);
    const biasB = v128.load(w, 16);
    let a = i64x2.extend_low_i32x4_u(biasA);
    let b = i64x2.extend_high_i32x4_u(biasA);
    let c = i64x2.extend_low_i32x4_u(biasB);
    let d = i64x2.extend_high_i32x4_u(biasB);
    w += 32;
    let x = input;
    let blocks = inBlocks;
    do {
      const pixel = v128.load64_zero(x);
      const s = lane0(pixel);
      const t = lane1(pixel);
      const wa = v128.load(w);
      const wc = v128.load(w, 16);
      const va = v128.load(w, 32);
      const vc = v128.load(w, 48);
      a = low(s, wa, t, va, a);
      b = high(s, wa, t, va, b);
      c = low(s, wc, t, vc, c);
      d = high(s, wc, t, vc, d);
      w += 64;
      x += inStride;
    } while (--blocks);
    const sa = v128.load(w);
    const sb = v128.load(w, 16);
    storeCorrected(y, joined(a, b), joined(c, d), corrected, sa, sb, lo, hi, round);
    w += 32;
    y += outStride;
  }
}
