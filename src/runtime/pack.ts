/**
 * Weights in the layouts that the kernels read; assembly/f32 and assembly/int8 describe them at the head of each file.
 * Source layouts are TensorFlow Lite's: [N][taps][C], for depthwise [taps][C].
 *
 * The loops stand in functions of their own, which V8 optimises once; closures it would learn anew for every layer.
 */
import { BLOCK, blocksOf } from "./layout.js";
import type { Packed } from "./stage.js";

/** float32 weights with their bias. */
export interface FloatMatrix {
  /** The constant that the weights are in. */
  readonly from: ArrayBufferView;
  /** The weights, made when they are needed if they are not float32 already. */
  readonly weights: () => Float32Array;
  readonly bias: Float32Array;
}

/** 8-bit weights, with zero point, bias and requantisation factor for each output channel. */
export interface IntegerMatrix {
  /** The constant that the weights are in. */
  readonly from: ArrayBufferView;
  readonly weights: Uint8Array | Int8Array;
  readonly zeroPoints: Int32Array;
  readonly bias: Int32Array;
  readonly scales: Float32Array;
}

/** For f32_pointwise: per block of outputs bias [8], then [taps][C up to whole blocks][8]. */
export function packPointwise(matrix: FloatMatrix, outputs: number, taps: number, channels: number): Packed {
  return packFloats(matrix, outputs, taps, channels, blocksOf(channels) * BLOCK);
}

/** For f32_convolution: per block of outputs bias [8], then [kernelHeight][kernelWidth · C][8]. */
export function packConvolution(matrix: FloatMatrix, outputs: number, rows: number, run: number): Packed {
  return packFloats(matrix, outputs, rows, run, run);
}

/** For int8_pointwise: per block of outputs bias [8], [taps · C up to whole blocks / 2][8][2], scales [8]. */
export function packIntegerPointwise(matrix: IntegerMatrix, outputs: number, taps: number, channels: number): Packed {
  return packPairs(matrix, outputs, taps, channels, blocksOf(channels) * BLOCK);
}

/**
 * For int8_pointwiseDot: per block of outputs bias [8], [taps · C up to whole blocks / 4][8][4] of int8, scales [8].
 * The inputs are bytes `zeroPoint` above their value.
 */
export function packBytePointwise(
  matrix: IntegerMatrix,
  zeroPoint: number,
  outputs: number,
  taps: number,
  channels: number,
): Packed {
  const padded = blocksOf(channels) * BLOCK;
  const words = blocksOf(outputs) * (2 * BLOCK + taps * padded * (BLOCK / 4));
  return {
    bytes: words * 4,
    from: matrix.from,
    write: (buffer, address) => {
      fillBytes(new Views(buffer, address, words), matrix, zeroPoint, outputs, taps, channels, padded);
    },
  };
}

/**
 * What is to be added to the bytes that hold the weights so that they are weights less their zero point; weights
 * have one zero point, or 0 for all.
 */
export function weightOffsetOf({ weights, zeroPoints }: IntegerMatrix): number {
  return (weights instanceof Uint8Array ? 128 : 0) - zeroPoints[0]!;
}

/** For int8_convolution: per block of outputs bias [8], [kernelHeight][kernelWidth · C up to even / 2][8][2], scales [8]. */
export function packIntegerConvolution(matrix: IntegerMatrix, outputs: number, rows: number, run: number): Packed {
  return packPairs(matrix, outputs, rows, run, run + (run % 2));
}

/** For f32_depthwise and its 3×3 kernels: per block bias [8], then [taps][8]. */
export function packDepthwise(matrix: FloatMatrix, channels: number, taps: number): Packed {
  const words = blocksOf(channels) * (1 + taps) * BLOCK;
  return {
    bytes: words * 4,
    from: matrix.from,
    write: (buffer, address) => fillDepthwise(new Float32Array(buffer, address, words), matrix, channels, taps),
  };
}

/** For int8_depthwise: per block bias [8], then [taps][8] of int16, scales [8]. */
export function packIntegerDepthwise(matrix: IntegerMatrix, channels: number, taps: number): Packed {
  const words = blocksOf(channels) * (2 * BLOCK + (taps * BLOCK) / 2);
  return {
    bytes: words * 4,
    from: matrix.from,
    write: (buffer, address) => fillIntegerDepthwise(new Views(buffer, address, words), matrix, channels, taps),
  };
}

/** For int8_depthwise3x3s1 and …s2: per half block bias [4], seven vectors of four pairs, scales [4]. */
export function packIntegerDepthwise3x3(matrix: IntegerMatrix, channels: number): Packed {
  const words = blocksOf(channels) * 2 * HALF_3X3;
  return {
    bytes: words * 4,
    from: matrix.from,
    write: (buffer, address) => fillIntegerDepthwise3x3(new Views(buffer, address, words), matrix, channels),
  };
}

/** Bias, then `runs` runs of `run` weights, each filled up to `padded` with zeros. */
function packFloats(matrix: FloatMatrix, outputs: number, runs: number, run: number, padded: number): Packed {
  const words = blocksOf(outputs) * (1 + runs * padded) * BLOCK;
  return {
    bytes: words * 4,
    from: matrix.from,
    write: (buffer, address) => fillFloats(new Int32Array(buffer, address, words), matrix, outputs, runs, run, padded),
  };
}

/** The same in pairs of int16, then scales. */
function packPairs(matrix: IntegerMatrix, outputs: number, runs: number, run: number, padded: number): Packed {
  const words = blocksOf(outputs) * (2 * BLOCK + (runs * padded * BLOCK) / 2);
  return {
    bytes: words * 4,
    from: matrix.from,
    write: (buffer, address) => fillPairs(new Views(buffer, address, words), matrix, outputs, runs, run, padded),
  };
}

/** Packed integers as the types that they consist of. */
class Views {
  readonly integers: Int32Array;
  readonly floats: Float32Array;
  readonly shorts: Int16Array;
  readonly bytes: Int8Array;

  constructor(buffer: ArrayBufferLike, address: number, words: number) {
    this.integers = new Int32Array(buffer, address, words);
    this.floats = new Float32Array(buffer, address, words);
    this.shorts = new Int16Array(buffer, address, words * 2);
    this.bytes = new Int8Array(buffer, address, words * 4);
  }
}

function fillFloats(
  to: Int32Array,
  matrix: FloatMatrix,
  outputs: number,
  runs: number,
  run: number,
  padded: number,
): void {
  const weights = bitsOf(matrix.weights());
  const bias = bitsOf(matrix.bias);
  const stride = (1 + runs * padded) * BLOCK;
  for (let n = 0, from = 0; n < outputs; ++n) {
    const column = Math.floor(n / BLOCK) * stride + (n % BLOCK);
    to[column] = bias[n]!;
    for (let r = 0; r < runs; ++r) {
      let at = column + (1 + r * padded) * BLOCK;
      for (const end = from + run; from < end; ++from, at += BLOCK) to[at] = weights[from]!;
    }
  }
}

/** Floats to be moved as integers: until V8 has optimised a loop, it makes an object of each number with a fraction. */
function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

function fillPairs(
  { integers, floats, shorts }: Views,
  { weights, zeroPoints, bias, scales }: IntegerMatrix,
  outputs: number,
  runs: number,
  run: number,
  padded: number,
): void {
  const stride = 2 * BLOCK + (runs * padded * BLOCK) / 2;
  for (let n = 0, from = 0; n < outputs; ++n) {
    const column = Math.floor(n / BLOCK) * stride + (n % BLOCK);
    const zero = zeroPoints[n]!;
    integers[column] = bias[n]!;
    floats[column + stride - BLOCK] = scales[n]!;
    for (let r = 0; r < runs; ++r) {
      let at = 2 * (column + BLOCK) + r * padded * BLOCK;
      for (let k = 1; k < run; k += 2, at += 2 * BLOCK) {
        shorts[at] = weights[from++]! - zero;
        shorts[at + 1] = weights[from++]! - zero;
      }
      if (run % 2) shorts[at] = weights[from++]! - zero;
    }
  }
}

function fillBytes(
  { integers, floats, bytes }: Views,
  matrix: IntegerMatrix,
  zeroPoint: number,
  outputs: number,
  taps: number,
  channels: number,
  padded: number,
): void {
  const { weights, bias, scales } = matrix;
  const offset = weightOffsetOf(matrix);
  const shift = weights instanceof Uint8Array ? 128 : 0;
  const stride = 2 * BLOCK + taps * padded * (BLOCK / 4);
  for (let n = 0, from = 0; n < outputs; ++n) {
    const column = Math.floor(n / BLOCK) * stride + (n % BLOCK);
    let sum = taps * padded * offset;
    for (let tap = 0; tap < taps; ++tap) {
      let at = 4 * (column + BLOCK) + tap * padded * BLOCK;
      for (const end = from + channels; from < end; at += 4 * BLOCK) {
        for (let lane = at; lane < at + 4 && from < end; ++lane) {
          const weight = weights[from++]! - shift;
          bytes[lane] = weight;
          sum += weight;
        }
      }
    }
    integers[column] = bias[n]! - zeroPoint * sum;
    floats[column + stride - BLOCK] = scales[n]!;
  }
}

function fillDepthwise(to: Float32Array, { weights: read, bias }: FloatMatrix, channels: number, taps: number): void {
  const weights = read();
  const stride = (1 + taps) * BLOCK;
  for (let c = 0; c < channels; ++c) {
    let at = Math.floor(c / BLOCK) * stride + (c % BLOCK);
    to[at] = bias[c]!;
    for (let tap = 0; tap < taps; ++tap) to[(at += BLOCK)] = weights[tap * channels + c]!;
  }
}

function fillIntegerDepthwise(
  { integers, floats, shorts }: Views,
  { weights, zeroPoints, bias, scales }: IntegerMatrix,
  channels: number,
  taps: number,
): void {
  const stride = 2 * BLOCK + (taps * BLOCK) / 2;
  for (let c = 0; c < channels; ++c) {
    const column = Math.floor(c / BLOCK) * stride + (c % BLOCK);
    integers[column] = bias[c]!;
    floats[column + stride - BLOCK] = scales[c]!;
    const at = 2 * (Math.floor(c / BLOCK) * stride + BLOCK) + (c % BLOCK);
    for (let tap = 0; tap < taps; ++tap) shorts[at + tap * BLOCK] = weights[tap * channels + c]! - zeroPoints[c]!;
  }
}

/** 32-bit words of half a block of a 3×3 kernel: nine vectors. */
const HALF_3X3 = (9 * BLOCK) / 2;

/** The pairs of taps that the 3×3 kernel multiplies, see assembly/int8/depthwise.ts; -1 is a zero. */
const PAIRS_3X3 = [0, 3, 1, 4, 2, 5, 6, 7, 8, -1, -1, 6, 7, 8] as const;

function fillIntegerDepthwise3x3(
  { integers, floats, shorts }: Views,
  { weights, zeroPoints, bias, scales }: IntegerMatrix,
  channels: number,
): void {
  const half = BLOCK / 2;
  for (let c = 0; c < channels; ++c) {
    const at = Math.floor(c / half) * HALF_3X3 + (c % half);
    integers[at] = bias[c]!;
    floats[at + 8 * half] = scales[c]!;
    for (let index = 0; index < PAIRS_3X3.length; ++index) {
      const tap = PAIRS_3X3[index]!;
      const word = at + (1 + (index >> 1)) * half;
      shorts[2 * word + (index & 1)] = tap < 0 ? 0 : weights[tap * channels + c]! - zeroPoints[c]!;
    }
  }
}
