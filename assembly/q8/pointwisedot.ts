/**
 * Pointwise convolution and the fully connected layer of 8-bit models where the machine multiplies bytes, exact.
 *
 *   output[n][p] = requantize(bias[n] + sum[p] + Σk byte[k][p] · weight[n][k])
 *
 * Input: bytes at the beginning of the scratch tile, [K/8][pixels][8], as narrow.ts leaves them; four neighbouring k are
 * one operand. Output: nChw8c int16. Weights: for each block of eight outputs bias int32 [8], [K/4][8][4] of int8, scales
 * float32 [8].
 *
 * i32x4.relaxed_dot_i8x16_i7x16_add_s adds four products of signed and 7-bit bytes; its result with an eighth bit is up to
 * the engine. V8 takes that bit in one of three ways:
 *
 * - x64 with AVX-VNNI: as one more bit of an unsigned byte, without saturation. Exact, and twice as fast as pairs of int16.
 * - ARM64, and x64 with AVX-VNNI-INT8: as the sign. Exact with sdot or vpdpbssd. V8's baseline compiler, and processors
 *   without sdot, add the products of k = 2i and 2i + 1 in 16 bits: exact too, unless all four factors are -128.
 * - other x64: the sum of two products saturates at 16 bits.
 *
 * q8_byteProducts lets the host find out, and the host calls this kernel only for weights with which the machine is exact.
 *
 * Bytes and weights are stored with an offset. With x = byte - z and w = weight + d, where d = 128 - weight zero point for
 * uint8 weights and - weight zero point for int8:
 *
 *   Σ x·w = Σ byte·weight - z·Σ weight - z·d·K + d·Σ byte
 *
 * Signed bytes are 128 less than unsigned ones, and so is z. The second and third terms are in the bias; the last one is
 * sum[p]. params.weightOffset is d.
 */
import { Product } from "../abi/product";
import { WIDE } from "../simd/builds";
import { storeRequantized } from "../simd/requantize";
import { sumsOn } from "./narrow";

export function q8_pointwiseDot(params: Product, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return;
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

  let rest = 0; // pixels that fill no tile; the same for every block
  for (let block = blockBegin; block < blockEnd; ++block) {
    const weights = params.weights + <usize>block * packed;
    let x = tile;
    let y = output + <usize>block * outStride;
    let sum = sums;
    let p = pixels;
    if (WIDE) {
      for (; p >= 6 && p != 8; p -= 6) {
        tile6(blocks, x, inStride, weights, sum, y, lo, hi, round);
        x += 48;
        y += 96;
        if (sum) sum += 24;
      }
    }
    for (; p >= 4; p -= 4) {
      tile4(blocks, x, inStride, weights, sum, y, lo, hi, round);
      x += 32;
      y += 64;
      if (sum) sum += 16;
    }
    rest = p;
  }

  for (let p = pixels - rest; p < pixels; ++p) {
    const x = tile + <usize>(p * 8);
    const sum = sums ? sums + <usize>(p * 4) : 0;
    onePixel(params, x, inStride, sum, output + <usize>(p * 16), outStride, blockBegin, blockEnd);
  }
}

/**
 * The bytes that this kernel multiplies exactly: 0 none, 1 unsigned with signed ones, 2 signed with signed ones.
 *
 * The sums do not fit where an engine might put them. No two neighbouring weights of the signed ones are -128: V8's
 * compilers would give different answers on ARM64.
 */
export function q8_byteProducts(): i32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return 0;
  if (
    isExact(255, 255, 255, 255, 127, 127, 127, 127) &&
    isExact(255, 255, 255, 255, -128, -128, -128, -128) &&
    isExact(128, 255, 254, 129, -128, 127, -128, 127) &&
    isExact(255, 254, 253, 200, 127, 127, -1, -128)
  )
    return 1;
  return (
    i32(
      isExact(-128, -128, -128, -128, 127, 127, 127, 127) &&
        isExact(-128, -128, -128, -128, -127, -127, -127, -127) &&
        isExact(-128, -128, -128, -128, -128, -127, -127, -128) &&
        isExact(127, 127, -128, -1, -128, 127, 127, -128) &&
        isExact(-1, -2, -3, -128, 1, 2, 3, 4),
    ) << 1
  );
}

/** Whether the engine adds four products of x and w exactly. */
function isExact(x0: i32, x1: i32, x2: i32, x3: i32, w0: i32, w1: i32, w2: i32, w3: i32): bool {
  const x = i32x4.splat(word(x0, x1, x2, x3));
  const w = i32x4.splat(word(w0, w1, w2, w3));
  return i32x4.extract_lane(dotBytes(x, w, i32x4.splat(0)), 0) == x0 * w0 + x1 * w1 + x2 * w2 + x3 * w3;
}

/** Four bytes as an integer of 32 bits. */
@inline
function word(a: i32, b: i32, c: i32, d: i32): i32 {
  return (a & 255) | ((b & 255) << 8) | ((c & 255) << 16) | (d << 24);
}

/** Four sums of four products of bytes x and signed bytes w, added to acc. */
@inline
export function dotBytes(x: v128, w: v128, acc: v128): v128 {
  if (!ASC_FEATURE_RELAXED_SIMD) return acc;
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, acc);
}

/** The correction of a pixel, the same for all its outputs. */
@inline
export function correction(sum: usize, pixel: usize): v128 {
  return sum ? v128.load32_splat(sum + pixel * 4) : i32x4.splat(0);
}

/** Four pixels × eight channels. */
@inline
export function tile4(blocks: i32, x: usize, inStride: usize, w: usize, sum: usize, y: usize, lo: v128, hi: v128, round: v128): void {
  let a0 = v128.load(w);
  let b0 = v128.load(w, 16);
  let a1 = a0, a2 = a0, a3 = a0; // prettier-ignore
  let b1 = b0, b2 = b0, b3 = b0; // prettier-ignore
  w += 32;
  do {
    let k = x;
    const end = k + 8;
    do {
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      const x0 = v128.load32_splat(k);
      a0 = dotBytes(x0, wa, a0);
      b0 = dotBytes(x0, wb, b0);
      const x1 = v128.load32_splat(k, 8);
      a1 = dotBytes(x1, wa, a1);
      b1 = dotBytes(x1, wb, b1);
      const x2 = v128.load32_splat(k, 16);
      a2 = dotBytes(x2, wa, a2);
      b2 = dotBytes(x2, wb, b2);
      const x3 = v128.load32_splat(k, 24);
      a3 = dotBytes(x3, wa, a3);
      b3 = dotBytes(x3, wb, b3);
      w += 32;
      k += 4;
    } while (k != end);
    x += inStride;
  } while (--blocks);
  const sa = v128.load(w);
  const sb = v128.load(w, 16);
  storeCorrected(y, a0, b0, correction(sum, 0), sa, sb, lo, hi, round);
  storeCorrected(y + 16, a1, b1, correction(sum, 1), sa, sb, lo, hi, round);
  storeCorrected(y + 32, a2, b2, correction(sum, 2), sa, sb, lo, hi, round);
  storeCorrected(y + 48, a3, b3, correction(sum, 3), sa, sb, lo, hi, round);
}

/** Six pixels × eight channels, for vectors of 256 bits. */
@inline
function tile6(blocks: i32, x: usize, inStride: usize, w: usize, sum: usize, y: usize, lo: v128, hi: v128, round: v128): void {
  let a0 = v128.load(w);
  let b0 = v128.load(w, 16);
  let a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0; // prettier-ignore
  let b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0; // prettier-ignore
  w += 32;
  do {
    let k = x;
    const end = k + 8;
    do {
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      const x0 = v128.load32_splat(k);
      a0 = dotBytes(x0, wa, a0);
      b0 = dotBytes(x0, wb, b0);
      const x1 = v128.load32_splat(k, 8);
      a1 = dotBytes(x1, wa, a1);
      b1 = dotBytes(x1, wb, b1);
      const x2 = v128.load32_splat(k, 16);
      a2 = dotBytes(x2, wa, a2);
      b2 = dotBytes(x2, wb, b2);
      const x3 = v128.load32_splat(k, 24);
      a3 = dotBytes(x3, wa, a3);
      b3 = dotBytes(x3, wb, b3);
      const x4 = v128.load32_splat(k, 32);
      a4 = dotBytes(x4, wa, a4);
      b4 = dotBytes(x4, wb, b4);
      const x5 = v128.load32_splat(k, 40);
      a5 = dotBytes(x5, wa, a5);
      b5 = dotBytes(x5, wb, b5);
      w += 32;
      k += 4;
    } while (k != end);
    x += inStride;
  } while (--blocks);
  const sa = v128.load(w);
  const sb = v128.load(w, 16);
  storeCorrected(y, a0, b0, correction(sum, 0), sa, sb, lo, hi, round);
  storeCorrected(y + 16, a1, b1, correction(sum, 1), sa, sb, lo, hi, round);
  storeCorrected(y + 32, a2, b2, correction(sum, 2), sa, sb, lo, hi, round);
  storeCorrected(y + 48, a3, b3, correction(sum, 3), sa, sb, lo, hi, round);
  storeCorrected(y + 64, a4, b4, correction(sum, 4), sa, sb, lo, hi, round);
  storeCorrected(y + 80, a5, b5, correction(sum, 5), sa, sb, lo, hi, round);
}


@inline
export function storeCorrected(to: usize, a: v128, b: v128, correction: v128, sa: v128, sb: v128, lo: v128, hi: v128, round: v128): void {
  storeRequantized(to, i32x4.add(a, correction), i32x4.add(b, correction), sa, sb, lo, hi, round);
}

/** One pixel × 16 channels: for the pixels that fill no tile, three at most, and for fully connected layers. */
export function onePixel(
  params: Product,
  input: usize,
  inStride: usize,
  sum: usize,
  output: usize,
  outStride: usize,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const inBlocks = params.input.blocks;
  const packed = <usize>(64 + inBlocks * 64);
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  const corrected = correction(sum, 0);
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
      const end = k + 8;
      do {
        v += 32;
        w += 32;
        const x = v128.load32_splat(k);
        a = dotBytes(x, v128.load(v), a);
        b = dotBytes(x, v128.load(v, 16), b);
        c = dotBytes(x, v128.load(w), c);
        d = dotBytes(x, v128.load(w, 16), d);
        k += 4;
      } while (k != end);
      blockStart += inStride;
    } while (--blocks);
    storeCorrected(y, a, b, corrected, v128.load(v, 32), v128.load(v, 48), lo, hi, round);
    storeCorrected(y + next * outStride, c, d, corrected, v128.load(w, 32), v128.load(w, 48), lo, hi, round);
  }
}
