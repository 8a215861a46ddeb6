/**
 * Weights in the layouts that the kernels read; assembly/f32 and assembly/int8 describe them at the head of each file.
 * Source layouts are TensorFlow Lite's: [N][taps][C], for depthwise [taps][C].
 */
import type { Packed } from "./stage.js";
import { BLOCK, blocksOf } from "./layout.js";

/** float32 weights of a matrix product, with their bias. */
export interface FloatMatrix {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Integer weights less their zero point, with bias and requantisation scales. */
export interface IntegerMatrix {
  readonly weights: Int16Array;
  readonly bias: Int32Array;
  readonly scales: Float32Array;
}

/** For f32_pointwise: per block of outputs bias [8], then [taps][C up to whole blocks][8]. */
export function packPointwise(matrix: FloatMatrix, outputs: number, taps: number, channels: number): Packed {
  const padded = blocksOf(channels) * BLOCK;
  const stride = (1 + taps * padded) * BLOCK;
  return {
    bytes: blocksOf(outputs) * stride * 4,
    write(buffer, address) {
      const to = new Float32Array(buffer, address, blocksOf(outputs) * stride);
      const { weights, bias } = matrix;
      for (let n = 0; n < outputs; ++n) {
        const column = Math.floor(n / BLOCK) * stride + (n % BLOCK);
        to[column] = bias[n]!;
        let from = n * taps * channels;
        for (let tap = 0; tap < taps; ++tap) {
          let at = column + (1 + tap * padded) * BLOCK;
          for (let c = 0; c < channels; ++c, at += BLOCK) to[at] = weights[from++]!;
        }
      }
    },
  };
}

/** For int8_pointwise: per block of outputs bias [8], [taps · C up to whole blocks / 2][8][2], scales [8]. */
export function packIntegerPointwise(matrix: IntegerMatrix, outputs: number, taps: number, channels: number): Packed {
  return packPairs(matrix, outputs, taps, channels, blocksOf(channels) * BLOCK);
}

/** For f32_convolution: per block of outputs bias [8], then [kernelHeight][kernelWidth · C][8]. */
export function packConvolution(matrix: FloatMatrix, outputs: number, rows: number, run: number): Packed {
  const stride = (1 + rows * run) * BLOCK;
  return {
    bytes: blocksOf(outputs) * stride * 4,
    write(buffer, address) {
      const to = new Float32Array(buffer, address, blocksOf(outputs) * stride);
      for (let n = 0; n < outputs; ++n) {
        let at = Math.floor(n / BLOCK) * stride + (n % BLOCK);
        to[at] = matrix.bias[n]!;
        for (let k = n * rows * run; k < (n + 1) * rows * run; ++k) to[(at += BLOCK)] = matrix.weights[k]!;
      }
    },
  };
}

/** For int8_convolution: per block of outputs bias [8], [kernelHeight][kernelWidth · C up to even / 2][8][2], scales [8]. */
export function packIntegerConvolution(matrix: IntegerMatrix, outputs: number, rows: number, run: number): Packed {
  return packPairs(matrix, outputs, rows, run, run + (run % 2));
}

/** Bias, then pairs of `runs` runs of `run` weights, each filled up to `padded`, then scales. */
function packPairs(matrix: IntegerMatrix, outputs: number, runs: number, run: number, padded: number): Packed {
  const stride = 2 * BLOCK + (runs * padded * BLOCK) / 2; // in 32-bit words
  const words = blocksOf(outputs) * stride;
  return {
    bytes: words * 4,
    write(buffer, address) {
      const integers = new Int32Array(buffer, address, words);
      const floats = new Float32Array(buffer, address, words);
      const shorts = new Int16Array(buffer, address, words * 2);
      const { weights, bias, scales } = matrix;
      for (let n = 0; n < outputs; ++n) {
        const column = Math.floor(n / BLOCK) * stride + (n % BLOCK);
        integers[column] = bias[n]!;
        floats[column + stride - BLOCK] = scales[n]!;
        let from = n * runs * run;
        for (let r = 0; r < runs; ++r) {
          const at = 2 * (column + BLOCK) + r * padded * BLOCK;
          for (let k = 0; k < run; ++k) shorts[at + (k >> 1) * 2 * BLOCK + (k & 1)] = weights[from++]!;
        }
      }
    },
  };
}

/** For f32_depthwise and its 3×3 kernels: per block bias [8], then [taps][8]. */
export function packDepthwise(matrix: FloatMatrix, channels: number, taps: number): Packed {
  const stride = (1 + taps) * BLOCK;
  return {
    bytes: blocksOf(channels) * stride * 4,
    write(buffer, address) {
      const to = new Float32Array(buffer, address, blocksOf(channels) * stride);
      for (let c = 0; c < channels; ++c) {
        let at = Math.floor(c / BLOCK) * stride + (c % BLOCK);
        to[at] = matrix.bias[c]!;
        for (let tap = 0; tap < taps; ++tap) to[(at += BLOCK)] = matrix.weights[tap * channels + c]!;
      }
    },
  };
}

/** For int8_depthwise: per block bias [8], then [taps][8] of int16, scales [8]. */
export function packIntegerDepthwise(matrix: IntegerMatrix, channels: number, taps: number): Packed {
  const stride = 2 * BLOCK + (taps * BLOCK) / 2; // in 32-bit words
  const words = blocksOf(channels) * stride;
  return {
    bytes: words * 4,
    write(buffer, address) {
      const integers = new Int32Array(buffer, address, words);
      const floats = new Float32Array(buffer, address, words);
      const shorts = new Int16Array(buffer, address, words * 2);
      for (let c = 0; c < channels; ++c) {
        const block = Math.floor(c / BLOCK) * stride;
        const lane = c % BLOCK;
        integers[block + lane] = matrix.bias[c]!;
        floats[block + stride - BLOCK + lane] = matrix.scales[c]!;
        const at = 2 * (block + BLOCK) + lane;
        for (let tap = 0; tap < taps; ++tap) shorts[at + tap * BLOCK] = matrix.weights[tap * channels + c]!;
      }
    },
  };
}

/** The pairs of taps that the 3×3 kernel multiplies, see assembly/int8/depthwise.ts; -1 is a zero. */
const PAIRS_3X3 = /* @__PURE__ */ Object.freeze([0, 3, 1, 4, 2, 5, 6, 7, 8, -1, -1, 6, 7, 8]);

/** For int8_depthwise3x3s1 and …s2: per half block bias [4], seven vectors of four pairs, scales [4]. */
export function packIntegerDepthwise3x3(matrix: IntegerMatrix, channels: number): Packed {
  const half = BLOCK / 2;
  const stride = 9 * half; // in 32-bit words
  const words = blocksOf(channels) * 2 * stride;
  return {
    bytes: words * 4,
    write(buffer, address) {
      const integers = new Int32Array(buffer, address, words);
      const floats = new Float32Array(buffer, address, words);
      const shorts = new Int16Array(buffer, address, words * 2);
      for (let c = 0; c < channels; ++c) {
        const at = Math.floor(c / half) * stride + (c % half);
        integers[at] = matrix.bias[c]!;
        floats[at + 8 * half] = matrix.scales[c]!;
        for (const [index, tap] of PAIRS_3X3.entries()) {
          const word = at + (1 + (index >> 1)) * half;
          shorts[2 * word + (index & 1)] = tap < 0 ? 0 : matrix.weights[tap * channels + c]!;
        }
      }
    },
  };
}
