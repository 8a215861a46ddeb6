/**
 * Standard convolution of an 8-bit NHWC image, exact: the first layer of the network.
 *
 *   output[n][y][x] = requantize(bias[n] + Σijc input[stride·y + i - pad][stride·x + j - pad][c] · weight[n][i][j][c])
 *
 * Input: NHWC, uint8 or int8. Output: nChw8c int16. Weights: for each block of eight outputs its bias int32 [8], then
 * [kernelHeight][P/2][8][2] of int16 less their zero point, where P is kernelWidth · C, plus one zero if that is odd, then
 * scales float32 [8].
 *
 * Like f32/convolution.ts, but the rows on the scratch tile are widened to int16 less the zero point, and two neighbouring
 * elements are one operand.
 */
import { Convolution } from "../abi/convolution";
import { convolution } from "../loops/convolution";
import { dot } from "../simd/arithmetic";
import { storeRequantized } from "../simd/requantize";

export function q8_convolution(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  convolution<Pairs, i16>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Pairs {
  /** One row of outputs × 8 channels, from the `kernelHeight` padded rows on the tile. */
  outputRow(params: Convolution, rows: usize, rowBytes: usize, operands: i32, pixelStride: usize, weights: usize, out: usize): void {
    const lo = f32x4.splat(params.lo);
    const hi = f32x4.splat(params.hi);
    const round = f32x4.splat(params.round);
    const kernelHeight = params.kernelHeight;
    let x = params.output.width;
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
        let k = operands;
        do {
          const wa = v128.load(w);
          const wb = v128.load(w, 16);
          const x0 = v128.load32_splat(p0);
          a0 = dot(x0, wa, a0);
          b0 = dot(x0, wb, b0);
          const x1 = v128.load32_splat(p1);
          a1 = dot(x1, wa, a1);
          b1 = dot(x1, wb, b1);
          const x2 = v128.load32_splat(p2);
          a2 = dot(x2, wa, a2);
          b2 = dot(x2, wb, b2);
          const x3 = v128.load32_splat(p3);
          a3 = dot(x3, wa, a3);
          b3 = dot(x3, wb, b3);
          w += 32;
          p0 += 4;
          p1 += 4;
          p2 += 4;
          p3 += 4;
        } while (--k);
        row += rowBytes;
      } while (--i);
      const sa = v128.load(w);
      const sb = v128.load(w, 16);
      storeRequantized(out, a0, b0, sa, sb, lo, hi, round);
      storeRequantized(out + 16, a1, b1, sa, sb, lo, hi, round);
      storeRequantized(out + 32, a2, b2, sa, sb, lo, hi, round);
      storeRequantized(out + 48, a3, b3, sa, sb, lo, hi, round);
      rows += 4 * pixelStride;
      out += 64;
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
        let k = operands;
        do {
          const v = v128.load32_splat(p);
          a = dot(v, v128.load(w), a);
          b = dot(v, v128.load(w, 16), b);
          w += 32;
          p += 4;
        } while (--k);
        row += rowBytes;
      } while (--i);
      storeRequantized(out, a, b, v128.load(w), v128.load(w, 16), lo, hi, round);
      rows += pixelStride;
      out += 16;
    }
  }

  /** Copies a row of bytes to the tile as int16 less the zero point, with zeros before and after it. */
  copyRow(params: Convolution, row: i32, to: usize, before: usize, rowBytes: usize): void {
    const input = params.input;
    const from = input.at(0, row);
    const inPitch = input.pitch;
    const flip = i16x8.splat(<i16>input.flip);
    const zeroPoint = i16x8.splat(<i16>input.zeroPoint);
    const end = to + rowBytes;
    this.pad(params, to, to + before);
    to += before;
    const elements = min((end - to) >> 1, inPitch);
    for (let i: usize = 0; i < elements; i += 8) {
      const v = v128.xor(v128.load8x8_u(from + i), flip);
      v128.store(to + 2 * i, i16x8.sub(v, zeroPoint));
    }
    this.pad(params, to + 2 * elements, end);
  }

  /** Writes zeros, whole vectors: up to 15 bytes past the end. */
  @inline
  pad(params: Convolution, from: usize, end: usize): void {
    const zeros = i16x8.splat(0);
    for (; from < end; from += 16) v128.store(from, zeros);
  }
}
