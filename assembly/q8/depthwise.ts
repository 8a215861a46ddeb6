/**
 * Depthwise convolution of 8-bit models, exact.
 *
 *   output[c][y][x] = requantize(bias[c] + Σij input[c][stride·y + i - pad][stride·x + j - pad] · weight[c][i][j])
 *
 * Input and output: nChw8c int16; a pixel of a block is 16 bytes.
 *
 * SSE and NEON multiply and add pairs. The nine taps w00…w22 make five pairs. Rows 0 and 1 of a column are interleaved once
 * and serve three outputs. Neighbouring columns of row 2 are interleaved; they serve one output with (w20, w21) and
 * (w22, 0), and the next output with (0, w20) and (w21, w22). That is five instructions for nine products, where widening
 * multiplications take twenty-seven.
 *
 * Weights of a 3×3 kernel: for each half block (4 channels) nine vectors: bias int32 [4], then as int16 [4][2] less the
 * zero point (w00, w10) (w01, w11) (w02, w12) (w20, w21) (w22, 0) (0, w20) (w21, w22), then scales float32 [4]. Weights of
 * any other kernel: for each block its bias int32 [8], pairs of taps in the order of rows and columns int16 [⌈taps / 2⌉][8][2],
 * scales float32 [8]; a zero follows an odd number of taps.
 */
import { Convolution } from "../abi/convolution";
import { columnsMissing, depthwise, depthwise3x3 } from "../loops/depthwise";
import { dot } from "../simd/arithmetic";
import { requantize, storeRequantized } from "../simd/requantize";
import { interleaveHigh, interleaveLow } from "../simd/shuffle";

/** Any kernel, stride, dilation and padding. */
export function q8_depthwise(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  depthwise<Shorts, i16>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Shorts {

  @inline
  get weightBytes(): usize {
    return 288;
  }


  @inline
  packedBytes(taps: i32): usize {
    return 64 + <usize>((taps + 1) >> 1) * 32;
  }


  @inline
  four(params: Convolution, x: usize, stride: usize, weights: usize, out: usize): void {
    let a0 = v128.load(weights);
    let b0 = v128.load(weights, 16);
    // prettier-ignore
    let a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
    let w = weights + 32;
    let tap = params.padding;
    for (const end = tap + <usize>((params.kernelHeight * params.kernelWidth + 1) >> 1) * 8; tap < end; tap += 8) {
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      let p = x + load<u32>(tap);
      let q = x + load<u32>(tap, 4);
      let u = v128.load(p);
      let v = v128.load(q);
      a0 = dot(interleaveLow(u, v), wa, a0);
      b0 = dot(interleaveHigh(u, v), wb, b0);
      p += stride;
      q += stride;
      u = v128.load(p);
      v = v128.load(q);
      a1 = dot(interleaveLow(u, v), wa, a1);
      b1 = dot(interleaveHigh(u, v), wb, b1);
      p += stride;
      q += stride;
      u = v128.load(p);
      v = v128.load(q);
      a2 = dot(interleaveLow(u, v), wa, a2);
      b2 = dot(interleaveHigh(u, v), wb, b2);
      p += stride;
      q += stride;
      u = v128.load(p);
      v = v128.load(q);
      a3 = dot(interleaveLow(u, v), wa, a3);
      b3 = dot(interleaveHigh(u, v), wb, b3);
      w += 32;
    }
    const sa = v128.load(w);
    const sb = v128.load(w, 16);
    const lo = f32x4.splat(params.lo);
    const hi = f32x4.splat(params.hi);
    const round = f32x4.splat(params.round);
    storeRequantized(out, a0, b0, sa, sb, lo, hi, round);
    storeRequantized(out + 16, a1, b1, sa, sb, lo, hi, round);
    storeRequantized(out + 32, a2, b2, sa, sb, lo, hi, round);
    storeRequantized(out + 48, a3, b3, sa, sb, lo, hi, round);
  }


  @inline
  one(params: Convolution, x: usize, weights: usize, out: usize): void {
    let a = v128.load(weights);
    let b = v128.load(weights, 16);
    let w = weights + 32;
    let tap = params.padding;
    for (const end = tap + <usize>((params.kernelHeight * params.kernelWidth + 1) >> 1) * 8; tap < end; tap += 8) {
      const u = v128.load(x + load<u32>(tap));
      const v = v128.load(x + load<u32>(tap, 4));
      a = dot(interleaveLow(u, v), v128.load(w), a);
      b = dot(interleaveHigh(u, v), v128.load(w, 16), b);
      w += 32;
    }
    const lo = f32x4.splat(params.lo);
    const hi = f32x4.splat(params.hi);
    const round = f32x4.splat(params.round);
    storeRequantized(out, a, b, v128.load(w), v128.load(w, 16), lo, hi, round);
  }


  @inline
  row(params: Convolution, stride: i32, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
    if (stride == 1) {
      lowRow3x3s1(params, r0, r1, r2, w, out);
      highRow3x3s1(params, r0, r1, r2, w + 144, out + 8);
    } else {
      lowRow3x3s2(params, r0, r1, r2, w, out);
      highRow3x3s2(params, r0, r1, r2, w + 144, out + 8);
    }
  }
}

/** 3×3 with stride 1, under the conditions of loops/depthwise.ts. */
export function q8_depthwise3x3s1(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  depthwise3x3<Shorts>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd, 1);
}

function lowRow3x3s1(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  row3x3s1(params, r0, r1, r2, w, out, false);
}

function highRow3x3s1(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  row3x3s1(params, r0, r1, r2, w, out, true);
}

/** A row of outputs, two at a time, for channels 0–3 or, if `high`, 4–7. */
@inline
function row3x3s1(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize, high: bool): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  const bias = v128.load(w);
  // prettier-ignore
  const c0 = v128.load(w, 16), c1 = v128.load(w, 32), c2 = v128.load(w, 48),
        even0 = v128.load(w, 64), even1 = v128.load(w, 80),
        odd0 = v128.load(w, 96), odd1 = v128.load(w, 112);
  const scale = v128.load(w, 128);
  const missing = columnsMissing(params, 1);
  let x = params.output.width - missing;
  if (params.padLeft) {
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

/** 3×3 with stride 2, under the conditions of loops/depthwise.ts. */
export function q8_depthwise3x3s2(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  depthwise3x3<Shorts>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd, 2);
}

function lowRow3x3s2(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  row3x3s2(params, r0, r1, r2, w, out, false);
}

function highRow3x3s2(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  row3x3s2(params, r0, r1, r2, w, out, true);
}

/** A row of outputs, two at a time, which share one of their five columns. */
@inline
function row3x3s2(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize, high: bool): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  const bias = v128.load(w);
  // prettier-ignore
  const c0 = v128.load(w, 16), c1 = v128.load(w, 32), c2 = v128.load(w, 48),
        even0 = v128.load(w, 64), even1 = v128.load(w, 80), odd1 = v128.load(w, 112);
  const scale = v128.load(w, 128);
  const missing = columnsMissing(params, 2);
  let x = params.output.width - missing;
  if (params.padLeft) {
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
function threeColumns(r0: usize, r1: usize, r2: usize, c0: v128, c1: v128, c2: v128, even0: v128, even1: v128, bias: v128, high: bool): v128 {
  let a = dot(pair(r0, r1, high), c0, bias);
  a = dot(pair(r0 + 16, r1 + 16, high), c1, a);
  a = dot(pair(r0 + 32, r1 + 32, high), c2, a);
  a = dot(pair(r2, r2 + 16, high), even0, a);
  return dot(alone(r2 + 32, high), even1, a);
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
