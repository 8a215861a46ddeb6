/**
 * Weights in the layouts that the kernels read; assembly/f32 and assembly/int8 describe them at the head of each file.
 * Source layouts are TensorFlow Lite's: [N][taps][C], for depthwise [taps][C].
 *
 * The loops stand in functions of their own, which V8 optimises once; closures it would learn anew for every layer.
 */
import { BLOCK, blocksOf } from "./layout.js";
import type { KernelExports } from "../runtime/kernels.js";
import type { Packed, Packing } from "./call.js";
import type { FloatMatrix, IntegerMatrix, ProductSize } from "./matrix.js";

/** For f32_pointwise: per block of outputs bias [8], then [taps][C up to whole blocks][8]. */
export function packPointwise(matrix: FloatMatrix, size: ProductSize): Packed {
  return packRows({
    from: matrix.from,
    elements: () => bitsOf(matrix.weights()),
    filler: 0,
    perWord: 1,
    bias: () => bitsOf(matrix.bias),
    ...size,
    interleave: (kernels, input, output, words) => kernels.interleave(input, output, words, 0),
  });
}

/** For f32_convolution: per block of outputs bias [8], then [kernelHeight][kernelWidth · C][8]. */
export function packConvolution(matrix: FloatMatrix, outputs: number, rows: number, run: number): Packed {
  const words = blocksOf(outputs) * (1 + rows * run) * BLOCK;
  return {
    bytes: words * 4,
    from: matrix.from,
    write: ({ buffer }, address) => fillFloats(new Int32Array(buffer, address, words), matrix, outputs, rows * run),
  };
}

/** For q8_pointwise: per block of outputs bias [8], [taps · C up to whole blocks / 2][8][2], scales [8]. */
export function packIntegerPointwise(matrix: IntegerMatrix, size: ProductSize): Packed {
  const { from, weights, bias, scales } = matrix;
  const flip = flipOf(matrix);
  const offset = weightOffsetOf(matrix);
  return packRows({
    from,
    elements: () => weights,
    filler: matrix.zeroPoint,
    perWord: 2,
    bias: () => bias,
    scales,
    ...size,
    interleave: (kernels, input, output, words) => kernels.interleavePairs(input, output, words, flip, offset),
  });
}

/**
 * For q8_pointwiseDot: per block of outputs bias [8], [taps · C up to whole blocks / 4][8][4] of int8, scales [8].
 *
 * @param zeroPoint the inputs are bytes this much above their value.
 */
export function packBytePointwise(matrix: IntegerMatrix, zeroPoint: number, size: ProductSize): Packed {
  return packBytes(matrix, size, () => biasOfBytes(matrix, zeroPoint, size));
}

/** The same with another bias. */
export function packBytes(matrix: IntegerMatrix, size: ProductSize, bias: () => Int32Array): Packed {
  const { from, weights, scales } = matrix;
  const flip = flipOf(matrix);
  return packRows({
    from,
    elements: () => weights,
    filler: flip & 255,
    perWord: 4,
    bias,
    scales,
    ...size,
    interleave: (kernels, input, output, words) => kernels.interleave(input, output, words, flip),
  });
}

/** What turns the bytes that hold the weights into signed ones, 128 less where they are unsigned. */
export function flipOf({ weights }: IntegerMatrix): number {
  return weights instanceof Uint8Array ? 0x80808080 | 0 : 0;
}

/** What is to be added to the bytes that hold the weights so that they are weights less their zero point. */
export function weightOffsetOf({ weights, zeroPoint }: IntegerMatrix): number {
  return (weights instanceof Uint8Array ? 128 : 0) - zeroPoint;
}

/** For q8_convolution: per block of outputs bias [8], [kernelHeight][kernelWidth · C up to even / 2][8][2], scales [8]. */
export function packIntegerConvolution(matrix: IntegerMatrix, outputs: number, rows: number, run: number): Packed {
  const words = blocksOf(outputs) * (2 + (rows * (run + (run % 2))) / 2) * BLOCK;
  return {
    bytes: words * 4,
    from: matrix.from,
    write: ({ buffer }, address) => fillPairs(new Views(buffer, address, words), matrix, outputs, rows, run),
  };
}

/** For f32_depthwise and its 3×3 kernels: per block bias [8], then [taps][8]. */
export function packDepthwise(matrix: FloatMatrix, channels: number, taps: number): Packed {
  const words = blocksOf(channels) * (1 + taps) * BLOCK;
  return {
    bytes: words * 4,
    from: matrix.from,
    write: ({ buffer }, address) => fillDepthwise(new Float32Array(buffer, address, words), matrix, channels, taps),
  };
}

/** For q8_depthwise: per block bias [8], then pairs of taps [taps up to even / 2][8][2] of int16, scales [8]. */
export function packIntegerDepthwise(matrix: IntegerMatrix, channels: number, taps: number): Packed {
  const words = blocksOf(channels) * (2 + Math.ceil(taps / 2)) * BLOCK;
  return {
    bytes: words * 4,
    from: matrix.from,
    write: ({ buffer }, address) => fillIntegerDepthwise(new Views(buffer, address, words), matrix, channels, taps),
  };
}

/** For q8_depthwise3x3s1 and …s2: per half block bias [4], seven vectors of four pairs, scales [4]. */
export function packIntegerDepthwise3x3(matrix: IntegerMatrix, channels: number): Packed {
  const words = blocksOf(channels) * 2 * HALF_3X3;
  return {
    bytes: words * 4,
    from: matrix.from,
    write: ({ buffer }, address) => fillIntegerDepthwise3x3(new Views(buffer, address, words), matrix, channels),
  };
}

/** Weights of a pointwise kernel. */
interface Rows extends ProductSize {
  /** The constant that they are in. */
  readonly from: ArrayBufferView;
  readonly elements: () => Int32Array | Uint8Array | Int8Array;
  /** What becomes a zero, to fill up the channels. */
  readonly filler: number;
  /** How many of them become a word of 32 bits. */
  readonly perWord: number;
  readonly bias: () => Int32Array;
  /** For each output, if they are integers. */
  readonly scales?: Float32Array;
  /** Eight rows of so many words, from one address to another. */
  readonly interleave: (kernels: KernelExports, input: number, output: number, words: number) => void;
}

/** Per block of outputs bias [8], [taps][words][8], scales [8] if there are some. */
function packRows(rows: Rows): Packed {
  const padded = blocksOf(rows.channels) * BLOCK;
  const words = (rows.taps * padded) / rows.perWord + (rows.scales ? 2 : 1);
  return {
    bytes: blocksOf(rows.outputs) * BLOCK * words * 4,
    scratch: (BLOCK * padded * 4) / rows.perWord,
    from: rows.from,
    write: (memory, address) => fillRows(memory, address, rows, padded),
  };
}

/** Copies the rows of eight outputs at a time, which a kernel then puts side by side. */
function fillRows({ buffer, kernels, scratch }: Packing, address: number, rows: Rows, padded: number): void {
  const { outputs, taps, channels, filler, scales, interleave } = rows;
  const elements = rows.elements();
  const bias = rows.bias();
  const copy = viewLike(elements, buffer, scratch, BLOCK * padded).fill(filler);
  const words = padded / rows.perWord;
  for (let first = 0, at = address; first < outputs; first += BLOCK) {
    const last = Math.min(first + BLOCK, outputs);
    copy.fill(filler, (last - first) * padded);
    new Int32Array(buffer, at, BLOCK).set(bias.subarray(first, last));
    at += 4 * BLOCK;
    for (let tap = 0; tap < taps; ++tap, at += 4 * BLOCK * words) {
      for (let n = first; n < last; ++n) {
        const row = (n * taps + tap) * channels;
        copy.set(elements.subarray(row, row + channels), (n - first) * padded);
      }
      interleave(kernels, scratch, at, words);
    }
    if (!scales) continue;
    new Float32Array(buffer, at, BLOCK).set(scales.subarray(first, last));
    at += 4 * BLOCK;
  }
}

function viewLike(elements: Int32Array | Uint8Array | Int8Array, buffer: ArrayBufferLike, at: number, length: number) {
  if (elements instanceof Int32Array) return new Int32Array(buffer, at, length);
  return elements instanceof Uint8Array ? new Uint8Array(buffer, at, length) : new Int8Array(buffer, at, length);
}

/** Packed integers as the types that they consist of. */
export class Views {
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

function fillFloats(to: Int32Array, matrix: FloatMatrix, outputs: number, count: number): void {
  const weights = bitsOf(matrix.weights());
  const bias = bitsOf(matrix.bias);
  for (let n = 0, from = 0; n < outputs; ++n) {
    let at = Math.floor(n / BLOCK) * (1 + count) * BLOCK + (n % BLOCK);
    to[at] = bias[n]!;
    for (const end = from + count; from < end; ++from) to[(at += BLOCK)] = weights[from]!;
  }
}

/** Floats to be moved as integers: until V8 has optimised a loop, it makes an object of each number with a fraction. */
function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

function fillPairs(
  { integers, floats, shorts }: Views,
  { weights, zeroPoint, bias, scales }: IntegerMatrix,
  outputs: number,
  runs: number,
  run: number,
): void {
  const padded = run + (run % 2);
  const stride = 2 * BLOCK + (runs * padded * BLOCK) / 2;
  for (let n = 0, from = 0; n < outputs; ++n) {
    const column = Math.floor(n / BLOCK) * stride + (n % BLOCK);
    integers[column] = bias[n]!;
    floats[column + stride - BLOCK] = scales[n]!;
    for (let r = 0; r < runs; ++r) {
      let at = 2 * (column + BLOCK) + r * padded * BLOCK;
      for (let k = 1; k < run; k += 2, at += 2 * BLOCK) {
        shorts[at] = weights[from++]! - zeroPoint;
        shorts[at + 1] = weights[from++]! - zeroPoint;
      }
      if (run % 2) shorts[at] = weights[from++]! - zeroPoint;
    }
  }
}

/** The bias less what the zero point of the inputs adds to each sum. */
function biasOfBytes(matrix: IntegerMatrix, zeroPoint: number, { taps, channels }: ProductSize): Int32Array {
  const { weights, bias } = matrix;
  const offset = weightOffsetOf(matrix);
  const shift = weights instanceof Uint8Array ? 128 : 0;
  const count = taps * channels;
  // The weights that fill up the channels are 0, but for what is added to all.
  const constant = taps * blocksOf(channels) * BLOCK * offset - count * shift;
  return bias.map((value, n) => {
    let sum = constant;
    for (let k = n * count; k < (n + 1) * count; ++k) sum += weights[k]!;
    return value - zeroPoint * sum;
  });
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
  { weights, zeroPoint, bias, scales }: IntegerMatrix,
  channels: number,
  taps: number,
): void {
  const stride = (2 + Math.ceil(taps / 2)) * BLOCK;
  for (let c = 0; c < channels; ++c) {
    const column = Math.floor(c / BLOCK) * stride + (c % BLOCK);
    integers[column] = bias[c]!;
    floats[column + stride - BLOCK] = scales[c]!;
    for (let tap = 0; tap < taps; ++tap) {
      const word = column + (1 + (tap >> 1)) * BLOCK;
      shorts[2 * word + (tap & 1)] = weights[tap * channels + c]! - zeroPoint;
    }
  }
}

/** 32-bit words of half a block of a 3×3 kernel: nine vectors. */
export const HALF_3X3 = (9 * BLOCK) / 2;

/** The pairs of taps that the 3×3 kernel multiplies, see assembly/int8/depthwise.ts; -1 is a zero. */
const PAIRS_3X3 = [0, 3, 1, 4, 2, 5, 6, 7, 8, -1, -1, 6, 7, 8] as const;

function fillIntegerDepthwise3x3(
  { integers, floats, shorts }: Views,
  { weights, zeroPoint, bias, scales }: IntegerMatrix,
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
      shorts[2 * word + (index & 1)] = tap < 0 ? 0 : weights[tap * channels + c]! - zeroPoint;
    }
  }
}
