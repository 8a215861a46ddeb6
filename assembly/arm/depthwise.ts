/**
 * The 3×3 kernels of q8/depthwise.ts for ARM64: multiplication and widening addition are one instruction there (smlal), so
 * pairs bring nothing, and a step computes two outputs of all eight channels without interleaving. Weights and results are
 * the same; the taps of a row are taken out of their pairs once.
 */
import { Convolution } from "../abi/convolution";
import { columnsMissing, depthwise3x3 } from "../loops/depthwise";
import { storeRequantized } from "../simd/requantize";

/** 3×3 with stride 1, under the conditions of loops/depthwise.ts. */
export function q8_depthwise3x3s1(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  depthwise3x3<Shorts>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd, 1);
}

/** 3×3 with stride 2, under the conditions of loops/depthwise.ts. */
export function q8_depthwise3x3s2(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  depthwise3x3<Shorts>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd, 2);
}


@unmanaged
class Shorts {

  @inline
  get weightBytes(): usize {
    return 288;
  }


  @inline
  row(params: Convolution, stride: i32, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
    if (stride == 1) row3x3s1(params, r0, r1, r2, w, out);
    else row3x3s2(params, r0, r1, r2, w, out);
  }
}

/** A row of outputs, two at a time. Each sum of a pixel has two vectors: (a, b), and (c, d) of the next one. */
function row3x3s1(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  // prettier-ignore
  const biasA = v128.load(w), biasB = v128.load(w, 144), sa = v128.load(w, 128), sb = v128.load(w, 272);
  // prettier-ignore
  const w00 = first(w, 16), w10 = second(w, 16), w01 = first(w, 32), w11 = second(w, 32), w02 = first(w, 48),
        w12 = second(w, 48), w20 = first(w, 64), w21 = second(w, 64), w22 = first(w, 80);
  const missing = columnsMissing(params, 1);
  let x = params.output.width - missing;
  let v: v128;
  // prettier-ignore
  if (params.padLeft) {
    let a = biasA, b = biasB;
    v = v128.load(r0); a = low(v, w01, a); b = high(v, w01, b);
    v = v128.load(r0, 16); a = low(v, w02, a); b = high(v, w02, b);
    v = v128.load(r1); a = low(v, w11, a); b = high(v, w11, b);
    v = v128.load(r1, 16); a = low(v, w12, a); b = high(v, w12, b);
    v = v128.load(r2); a = low(v, w21, a); b = high(v, w21, b);
    v = v128.load(r2, 16); a = low(v, w22, a); b = high(v, w22, b);
    storeRequantized(out, a, b, sa, sb, lo, hi, round);
    out += 16;
    --x;
  }
  // prettier-ignore
  for (; x >= 2; x -= 2) {
    let a = biasA, b = biasB, c = biasA, d = biasB;
    v = v128.load(r0); a = low(v, w00, a); b = high(v, w00, b);
    v = v128.load(r0, 16); a = low(v, w01, a); b = high(v, w01, b); c = low(v, w00, c); d = high(v, w00, d);
    v = v128.load(r0, 32); a = low(v, w02, a); b = high(v, w02, b); c = low(v, w01, c); d = high(v, w01, d);
    v = v128.load(r0, 48); c = low(v, w02, c); d = high(v, w02, d);
    v = v128.load(r1); a = low(v, w10, a); b = high(v, w10, b);
    v = v128.load(r1, 16); a = low(v, w11, a); b = high(v, w11, b); c = low(v, w10, c); d = high(v, w10, d);
    v = v128.load(r1, 32); a = low(v, w12, a); b = high(v, w12, b); c = low(v, w11, c); d = high(v, w11, d);
    v = v128.load(r1, 48); c = low(v, w12, c); d = high(v, w12, d);
    v = v128.load(r2); a = low(v, w20, a); b = high(v, w20, b);
    v = v128.load(r2, 16); a = low(v, w21, a); b = high(v, w21, b); c = low(v, w20, c); d = high(v, w20, d);
    v = v128.load(r2, 32); a = low(v, w22, a); b = high(v, w22, b); c = low(v, w21, c); d = high(v, w21, d);
    v = v128.load(r2, 48); c = low(v, w22, c); d = high(v, w22, d);
    storeRequantized(out, a, b, sa, sb, lo, hi, round);
    storeRequantized(out + 16, c, d, sa, sb, lo, hi, round);
    r0 += 32; r1 += 32; r2 += 32;
    out += 32;
  }
  // prettier-ignore
  if (x > 0) {
    let a = biasA, b = biasB;
    v = v128.load(r0); a = low(v, w00, a); b = high(v, w00, b);
    v = v128.load(r0, 16); a = low(v, w01, a); b = high(v, w01, b);
    v = v128.load(r0, 32); a = low(v, w02, a); b = high(v, w02, b);
    v = v128.load(r1); a = low(v, w10, a); b = high(v, w10, b);
    v = v128.load(r1, 16); a = low(v, w11, a); b = high(v, w11, b);
    v = v128.load(r1, 32); a = low(v, w12, a); b = high(v, w12, b);
    v = v128.load(r2); a = low(v, w20, a); b = high(v, w20, b);
    v = v128.load(r2, 16); a = low(v, w21, a); b = high(v, w21, b);
    v = v128.load(r2, 32); a = low(v, w22, a); b = high(v, w22, b);
    storeRequantized(out, a, b, sa, sb, lo, hi, round);
    r0 += 16; r1 += 16; r2 += 16;
    out += 16;
  }
  // prettier-ignore
  if (missing) {
    let a = biasA, b = biasB;
    v = v128.load(r0); a = low(v, w00, a); b = high(v, w00, b);
    v = v128.load(r0, 16); a = low(v, w01, a); b = high(v, w01, b);
    v = v128.load(r1); a = low(v, w10, a); b = high(v, w10, b);
    v = v128.load(r1, 16); a = low(v, w11, a); b = high(v, w11, b);
    v = v128.load(r2); a = low(v, w20, a); b = high(v, w20, b);
    v = v128.load(r2, 16); a = low(v, w21, a); b = high(v, w21, b);
    storeRequantized(out, a, b, sa, sb, lo, hi, round);
  }
}

/** A row of outputs, two at a time, which share one of their five columns. */
function row3x3s2(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);
  // prettier-ignore
  const biasA = v128.load(w), biasB = v128.load(w, 144), sa = v128.load(w, 128), sb = v128.load(w, 272);
  // prettier-ignore
  const w00 = first(w, 16), w10 = second(w, 16), w01 = first(w, 32), w11 = second(w, 32), w02 = first(w, 48),
        w12 = second(w, 48), w20 = first(w, 64), w21 = second(w, 64), w22 = first(w, 80);
  const missing = columnsMissing(params, 2);
  let x = params.output.width - missing;
  let v: v128;
  // prettier-ignore
  if (params.padLeft) {
    let a = biasA, b = biasB;
    v = v128.load(r0); a = low(v, w01, a); b = high(v, w01, b);
    v = v128.load(r0, 16); a = low(v, w02, a); b = high(v, w02, b);
    v = v128.load(r1); a = low(v, w11, a); b = high(v, w11, b);
    v = v128.load(r1, 16); a = low(v, w12, a); b = high(v, w12, b);
    v = v128.load(r2); a = low(v, w21, a); b = high(v, w21, b);
    v = v128.load(r2, 16); a = low(v, w22, a); b = high(v, w22, b);
    storeRequantized(out, a, b, sa, sb, lo, hi, round);
    r0 += 16; r1 += 16; r2 += 16;
    out += 16;
    --x;
  }
  // prettier-ignore
  for (; x >= 2; x -= 2) {
    let a = biasA, b = biasB, c = biasA, d = biasB;
    v = v128.load(r0); a = low(v, w00, a); b = high(v, w00, b);
    v = v128.load(r0, 16); a = low(v, w01, a); b = high(v, w01, b);
    v = v128.load(r0, 32); a = low(v, w02, a); b = high(v, w02, b); c = low(v, w00, c); d = high(v, w00, d);
    v = v128.load(r0, 48); c = low(v, w01, c); d = high(v, w01, d);
    v = v128.load(r0, 64); c = low(v, w02, c); d = high(v, w02, d);
    v = v128.load(r1); a = low(v, w10, a); b = high(v, w10, b);
    v = v128.load(r1, 16); a = low(v, w11, a); b = high(v, w11, b);
    v = v128.load(r1, 32); a = low(v, w12, a); b = high(v, w12, b); c = low(v, w10, c); d = high(v, w10, d);
    v = v128.load(r1, 48); c = low(v, w11, c); d = high(v, w11, d);
    v = v128.load(r1, 64); c = low(v, w12, c); d = high(v, w12, d);
    v = v128.load(r2); a = low(v, w20, a); b = high(v, w20, b);
    v = v128.load(r2, 16); a = low(v, w21, a); b = high(v, w21, b);
    v = v128.load(r2, 32); a = low(v, w22, a); b = high(v, w22, b); c = low(v, w20, c); d = high(v, w20, d);
    v = v128.load(r2, 48); c = low(v, w21, c); d = high(v, w21, d);
    v = v128.load(r2, 64); c = low(v, w22, c); d = high(v, w22, d);
    storeRequantized(out, a, b, sa, sb, lo, hi, round);
    storeRequantized(out + 16, c, d, sa, sb, lo, hi, round);
    r0 += 64; r1 += 64; r2 += 64;
    out += 32;
  }
  // prettier-ignore
  if (x > 0) {
    let a = biasA, b = biasB;
    v = v128.load(r0); a = low(v, w00, a); b = high(v, w00, b);
    v = v128.load(r0, 16); a = low(v, w01, a); b = high(v, w01, b);
    v = v128.load(r0, 32); a = low(v, w02, a); b = high(v, w02, b);
    v = v128.load(r1); a = low(v, w10, a); b = high(v, w10, b);
    v = v128.load(r1, 16); a = low(v, w11, a); b = high(v, w11, b);
    v = v128.load(r1, 32); a = low(v, w12, a); b = high(v, w12, b);
    v = v128.load(r2); a = low(v, w20, a); b = high(v, w20, b);
    v = v128.load(r2, 16); a = low(v, w21, a); b = high(v, w21, b);
    v = v128.load(r2, 32); a = low(v, w22, a); b = high(v, w22, b);
    storeRequantized(out, a, b, sa, sb, lo, hi, round);
    r0 += 32; r1 += 32; r2 += 32;
    out += 16;
  }
  // prettier-ignore
  if (missing) {
    let a = biasA, b = biasB;
    v = v128.load(r0); a = low(v, w00, a); b = high(v, w00, b);
    v = v128.load(r0, 16); a = low(v, w01, a); b = high(v, w01, b);
    v = v128.load(r1); a = low(v, w10, a); b = high(v, w10, b);
    v = v128.load(r1, 16); a = low(v, w11, a); b = high(v, w11, b);
    v = v128.load(r2); a = low(v, w20, a); b = high(v, w20, b);
    v = v128.load(r2, 16); a = low(v, w21, a); b = high(v, w21, b);
    storeRequantized(out, a, b, sa, sb, lo, hi, round);
  }
}

/** The first weight of each pair at an offset, for all eight channels; the halves of a block are 144 bytes apart. */
@inline
function first(w: usize, offset: usize): v128 {
  return v128.shuffle<i16>(v128.load(w + offset), v128.load(w + offset + 144), 0, 2, 4, 6, 8, 10, 12, 14);
}

/** The second weight of each pair. */
@inline
function second(w: usize, offset: usize): v128 {
  return v128.shuffle<i16>(v128.load(w + offset), v128.load(w + offset + 144), 1, 3, 5, 7, 9, 11, 13, 15);
}

/** Products of channels 0–3, added to acc. */
@inline
function low(x: v128, w: v128, acc: v128): v128 {
  return i32x4.add(acc, i32x4.extmul_low_i16x8_s(x, w));
}

/** Products of channels 4–7. */
@inline
function high(x: v128, w: v128, acc: v128): v128 {
  return i32x4.add(acc, i32x4.extmul_high_i16x8_s(x, w));
}
