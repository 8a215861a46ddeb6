/**
 * The loops of the kernels that compute a function of two elements with broadcasting:
 *
 *   output[c][y][x] = clamp(f(input[c or 0][y or 0][x or 0], other[c or 0][y or 0][x or 0]))
 *
 * An operand is read at 0 along each side in which its size is 1; images are such a side too. Input, other and output:
 * nChw8c, float32 or int16. F has f as an inlined method `of` and is a class that has no fields and needs no object. The
 * channels after the last one are cleared, because a broadcast channel has no zeros there.
 */
import { Broadcast } from "../abi/elementwise";
import { Tensor } from "../abi/tensor";
import { clamp } from "../simd/arithmetic";
import { clearAfter } from "../simd/channels";

/** Address of the first pixel that a row of the output reads. */
@inline
function rowOf(operand: Tensor, output: Tensor, block: i32, row: i32): usize {
  const image = row / output.height;
  const y = row - image * output.height;
  const from = (operand.images == 1 ? 0 : image) * operand.height + (operand.height == 1 ? 0 : y);
  return operand.at(operand.channels == 1 ? 0 : block, from);
}

/** Bytes from the pixel that a pixel of the output reads to the next. */
@inline
function advanceOf(operand: Tensor): usize {
  return operand.width == 1 ? 0 : operand.pixelBytes;
}

export function binaryFloats<F>(params: Broadcast, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const f = changetype<F>(0);
  const input = params.input;
  const other = params.other;
  const output = params.output;
  const width = output.width;
  const inputStep = advanceOf(input);
  const otherStep = advanceOf(other);
  const spreadsInput = input.channels == 1;
  const spreadsOther = other.channels == 1;
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  for (let block = blockBegin; block < blockEnd; ++block) {
    for (let row = rowBegin; row < rowEnd; ++row) {
      let a = rowOf(input, output, block, row);
      let b = rowOf(other, output, block, row);
      let y = output.at(block, row);
      for (let x = 0; x < width; ++x) {
        const aLow = spreadsInput ? v128.load32_splat(a) : v128.load(a);
        const aHigh = spreadsInput ? aLow : v128.load(a, 16);
        const bLow = spreadsOther ? v128.load32_splat(b) : v128.load(b);
        const bHigh = spreadsOther ? bLow : v128.load(b, 16);
        v128.store(y, clamp(f.of(aLow, bLow), lo, hi));
        v128.store(y, clamp(f.of(aHigh, bHigh), lo, hi), 16);
        a += inputStep;
        b += otherStep;
        y += 32;
      }
    }
  }
  clearAfter(output, output.at(0, rowBegin), output.blockBytes, (rowEnd - rowBegin) * width, blockEnd);
}

/** F also gets the factors of 8-bit kernels; lo and hi are left to the loop. */
export function binaryBytes<F>(params: Broadcast, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const f = changetype<F>(0);
  const input = params.input;
  const other = params.other;
  const output = params.output;
  const width = output.width;
  const inputStep = advanceOf(input);
  const otherStep = advanceOf(other);
  const spreadsInput = input.channels == 1;
  const spreadsOther = other.channels == 1;
  const channels = output.channels;
  const lo = i16x8.splat(<i16>params.lo);
  const hi = i16x8.splat(<i16>params.hi);
  const factor = i32x4.splat(params.factor);
  const otherFactor = i32x4.splat(params.otherFactor);
  const shift = params.shift;
  const half = i32x4.splat(shift > 0 ? 1 << (shift - 1) : 0);
  const scale = f32x4.splat(params.scale);
  const round = f32x4.splat(params.round);
  for (let block = blockBegin; block < blockEnd; ++block) {
    const exist = i16x8.gt_s(i16x8.splat(<i16>min(channels - block * 8, 8)), i16x8(0, 1, 2, 3, 4, 5, 6, 7));
    for (let row = rowBegin; row < rowEnd; ++row) {
      let a = rowOf(input, output, block, row);
      let b = rowOf(other, output, block, row);
      let y = output.at(block, row);
      for (let x = 0; x < width; ++x) {
        const v = spreadsInput ? v128.load16_splat(a) : v128.load(a);
        const w = spreadsOther ? v128.load16_splat(b) : v128.load(b);
        const result = f.of(v, w, factor, otherFactor, half, shift, scale, round);
        v128.store(y, v128.and(i16x8.min_s(i16x8.max_s(result, lo), hi), exist));
        a += inputStep;
        b += otherStep;
        y += 16;
      }
    }
  }
}
