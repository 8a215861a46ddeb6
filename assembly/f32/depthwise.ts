/**
 * Depthwise convolution, eq. (3): one filter for each channel.
 *
 *   output[c][y][x] = clamp(bias[c] + Σij input[c][stride·y + i - pad][stride·x + j - pad] · weight[c][i][j])
 *
 * Input and output: nChw8c float32; a pixel of a block is 32 bytes. Weights: for each block its bias [8], then the taps
 * [kernelHeight][kernelWidth][8].
 *
 * The 3×3 kernels compute a row for channels 0–3 and then for 4–7, so that the nine taps stay in registers. Input rows
 * above and below the image are the row of zeros. Columns beside it are left out of the sum, which gives the same result.
 * Products are added, not fused: the sums are so short that the latency of a fused chain costs more than it saves (a tenth
 * on Zen 5). On ARM64, where two instructions instead of one cost more, they are fused if the engine has relaxed SIMD.
 */
import { Convolution } from "../abi/convolution";
import { columnsMissing, depthwise, depthwise3x3 } from "../loops/depthwise";
import { clamp, madd } from "../simd/arithmetic";
import { ARM, WIDE } from "../simd/builds";

/** Any kernel, stride, dilation and padding. */
export function f32_depthwise(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  depthwise<Floats, f32>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Floats {

  @inline
  get weightBytes(): usize {
    return 320;
  }


  @inline
  packedBytes(taps: i32): usize {
    return 32 + <usize>taps * 32;
  }


  @inline
  four(params: Convolution, x: usize, stride: usize, weights: usize, out: usize): void {
    let a0 = v128.load(weights);
    let b0 = v128.load(weights, 16);
    // prettier-ignore
    let a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
    let w = weights + 32;
    let tap = params.padding;
    for (const end = tap + <usize>(params.kernelHeight * params.kernelWidth) * 4; tap < end; tap += 4) {
      const wa = v128.load(w);
      const wb = v128.load(w, 16);
      let v = x + load<u32>(tap);
      a0 = add(v128.load(v), wa, a0);
      b0 = add(v128.load(v, 16), wb, b0);
      v += stride;
      a1 = add(v128.load(v), wa, a1);
      b1 = add(v128.load(v, 16), wb, b1);
      v += stride;
      a2 = add(v128.load(v), wa, a2);
      b2 = add(v128.load(v, 16), wb, b2);
      v += stride;
      a3 = add(v128.load(v), wa, a3);
      b3 = add(v128.load(v, 16), wb, b3);
      w += 32;
    }
    const lo = f32x4.splat(params.lo);
    const hi = f32x4.splat(params.hi);
    v128.store(out, clamp(a0, lo, hi));
    v128.store(out, clamp(b0, lo, hi), 16);
    v128.store(out, clamp(a1, lo, hi), 32);
    v128.store(out, clamp(b1, lo, hi), 48);
    v128.store(out, clamp(a2, lo, hi), 64);
    v128.store(out, clamp(b2, lo, hi), 80);
    v128.store(out, clamp(a3, lo, hi), 96);
    v128.store(out, clamp(b3, lo, hi), 112);
  }


  @inline
  one(params: Convolution, x: usize, weights: usize, out: usize): void {
    let a = v128.load(weights);
    let b = v128.load(weights, 16);
    let w = weights + 32;
    let tap = params.padding;
    for (const end = tap + <usize>(params.kernelHeight * params.kernelWidth) * 4; tap < end; tap += 4) {
      const v = x + load<u32>(tap);
      a = add(v128.load(v), v128.load(w), a);
      b = add(v128.load(v, 16), v128.load(w, 16), b);
      w += 32;
    }
    const lo = f32x4.splat(params.lo);
    const hi = f32x4.splat(params.hi);
    v128.store(out, clamp(a, lo, hi));
    v128.store(out, clamp(b, lo, hi), 16);
  }


  @inline
  row(params: Convolution, stride: i32, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
    if (WIDE) {
      if (stride == 1) wideRow3x3(params, 1, r0, r1, r2, w, out);
      else wideRow3x3(params, 2, r0, r1, r2, w, out);
    } else if (stride == 1) {
      row3x3s1(params, r0, r1, r2, w, out);
      row3x3s1(params, r0 + 16, r1 + 16, r2 + 16, w + 16, out + 16);
    } else {
      row3x3s2(params, r0, r1, r2, w, out);
      row3x3s2(params, r0 + 16, r1 + 16, r2 + 16, w + 16, out + 16);
    }
  }
}

/** 3×3 with stride 1, under the conditions of loops/depthwise.ts. */
export function f32_depthwise3x3s1(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  depthwise3x3<Floats>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd, 1);
}

/** A row of outputs, four at a time: each input column is loaded once and added to every sum that it is part of. */
function row3x3s1(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const bias = v128.load(w);
  // prettier-ignore
  const w00 = v128.load(w, 32), w01 = v128.load(w, 64), w02 = v128.load(w, 96),
        w10 = v128.load(w, 128), w11 = v128.load(w, 160), w12 = v128.load(w, 192),
        w20 = v128.load(w, 224), w21 = v128.load(w, 256), w22 = v128.load(w, 288);
  const missing = columnsMissing(params, 1);
  let x = params.output.width - missing;
  if (params.padLeft) {
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

/** 3×3 with stride 2, under the conditions of loops/depthwise.ts. */
export function f32_depthwise3x3s2(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  depthwise3x3<Floats>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd, 2);
}

/** A row of outputs, two at a time: they share one of their five columns. */
function row3x3s2(params: Convolution, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const bias = v128.load(w);
  // prettier-ignore
  const w00 = v128.load(w, 32), w01 = v128.load(w, 64), w02 = v128.load(w, 96),
        w10 = v128.load(w, 128), w11 = v128.load(w, 160), w12 = v128.load(w, 192),
        w20 = v128.load(w, 224), w21 = v128.load(w, 256), w22 = v128.load(w, 288);
  const missing = columnsMissing(params, 2);
  let x = params.output.width - missing;
  if (params.padLeft) {
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
 * Both halves of a block (a, b) side by side, one output at a time. As vectors of 256 bits they need as many registers as
 * one half does otherwise, so the taps stay in registers.
 */
@inline
function wideRow3x3(params: Convolution, stride: i32, r0: usize, r1: usize, r2: usize, w: usize, out: usize): void {
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
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
  const missing = columnsMissing(params, stride);
  let x = params.output.width - missing;
  if (params.padLeft) {
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


@inline
function add(x: v128, w: v128, acc: v128): v128 {
  if (ARM) return madd(x, w, acc);
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
