/**
 * Standard convolution, eq. (1), of an NHWC image: the first layer of the network.
 *
 *   output[n][y][x] = clamp(bias[n] + Σijc input[stride·y + i - pad][stride·x + j - pad][c] · weight[n][i][j][c])
 *
 * Input: NHWC float32. Output: nChw8c float32. Weights: for each block of eight outputs its bias [8], then
 * [kernelHeight][kernelWidth · C][8].
 *
 * loops/convolution.ts lays out the padded input rows on the scratch tile. The tile of the computation is then that of the
 * pointwise kernel, 4 pixels × 8 channels. (Later convolutions read nChw8c: move/im2col.ts, then pointwise.)
 */
import { Convolution } from "../abi/convolution";
import { convolution } from "../loops/convolution";
import { clamp, madd } from "../simd/arithmetic";
import { clearAfter } from "../simd/channels";

export function f32_convolution(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  convolution<Floats, f32>(params, tile, rowBegin, rowEnd, blockBegin, blockEnd);
  // Infinity · 0 is NaN.
  const output = params.output;
  const called = rowEnd - rowBegin;
  clearAfter(output, output.from(tile, rowBegin), output.stride(called), called * output.width, blockEnd);
}


@unmanaged
class Floats {
  /** One row of outputs × 8 channels, from the `kernelHeight` padded rows on the tile. */
  outputRow(params: Convolution, rows: usize, rowBytes: usize, operands: i32, pixelStride: usize, weights: usize, out: usize): void {
    const lo = f32x4.splat(params.lo);
    const hi = f32x4.splat(params.hi);
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
          a0 = madd(x0, wa, a0);
          b0 = madd(x0, wb, b0);
          const x1 = v128.load32_splat(p1);
          a1 = madd(x1, wa, a1);
          b1 = madd(x1, wb, b1);
          const x2 = v128.load32_splat(p2);
          a2 = madd(x2, wa, a2);
          b2 = madd(x2, wb, b2);
          const x3 = v128.load32_splat(p3);
          a3 = madd(x3, wa, a3);
          b3 = madd(x3, wb, b3);
          w += 32;
          p0 += 4;
          p1 += 4;
          p2 += 4;
          p3 += 4;
        } while (--k);
        row += rowBytes;
      } while (--i);
      v128.store(out, clamp(a0, lo, hi));
      v128.store(out, clamp(b0, lo, hi), 16);
      v128.store(out, clamp(a1, lo, hi), 32);
      v128.store(out, clamp(b1, lo, hi), 48);
      v128.store(out, clamp(a2, lo, hi), 64);
      v128.store(out, clamp(b2, lo, hi), 80);
      v128.store(out, clamp(a3, lo, hi), 96);
      v128.store(out, clamp(b3, lo, hi), 112);
      rows += 4 * pixelStride;
      out += 128;
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
          a = madd(v, v128.load(w), a);
          b = madd(v, v128.load(w, 16), b);
          w += 32;
          p += 4;
        } while (--k);
        row += rowBytes;
      } while (--i);
      v128.store(out, clamp(a, lo, hi));
      v128.store(out, clamp(b, lo, hi), 16);
      rows += pixelStride;
      out += 32;
    }
  }

  /**
   * Copies an image row to the tile, with padding before and after it. Vectors are stored whole, in ascending order: the next
   * store overwrites the excess of the previous one, and the tile has room for it after the last row.
   */
  copyRow(params: Convolution, row: i32, to: usize, before: usize, rowBytes: usize): void {
    const from = params.input.at(0, row);
    const inPitch = params.input.pitch;
    const end = to + rowBytes;
    this.pad(params, to, to + before);
    to += before;
    const copied = min(end - to, inPitch);
    for (let i: usize = 0; i < copied; i += 16) v128.store(to + i, v128.load(from + i));
    this.pad(params, to + copied, end);
  }

  /** Writes padding, whole vectors: up to 15 bytes past the end. */
  @inline
  pad(params: Convolution, from: usize, end: usize): void {
    for (let v = params.padding; from < end; from += 16) {
      v128.store(from, v128.load(v));
      v += 16;
    }
  }
}
