/**
 * The loop of the standard convolutions of an NHWC image over rows of outputs.
 *
 * In NHWC the kernelWidth · C inputs of a kernel row lie side by side, whatever C is: nine of them with three channels,
 * where nChw8c would make them 24. For each row of outputs, the loop copies the input rows that its windows cover to the
 * scratch tile, with their padding, so there are no edges to handle.
 *
 * T is a class of inlined methods that has no fields and needs no object. `elementBytes` is the size of an element on the
 * tile, `perOperand` the number of neighbouring elements that one instruction multiplies, `constantBytes` the bytes that
 * each block of weights has besides its weights.
 */
import { Convolution } from "../abi/convolution";


@inline
export function convolution<T>(
  params: Convolution,
  tile: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const op = changetype<T>(0);
  const inHeight = params.input.height;
  const channels = params.input.channels;
  const kernelHeight = params.kernelHeight;
  const outPitch = params.output.pitch;
  const outHeight = params.output.height;
  const before = <usize>(params.padLeft * channels) * op.elementBytes;
  const taps = params.kernelWidth * channels;
  const operands = (taps + op.perOperand - 1) / op.perOperand;
  const pixelStride = <usize>(params.strideWidth * channels) * op.elementBytes;
  const rowBytes = <usize>((params.output.width - 1) * params.strideWidth * channels + taps) * op.elementBytes;
  const packed = op.constantBytes + <usize>(kernelHeight * operands) * 32;
  const outStride = params.output.stride(rowEnd - rowBegin);
  let output = params.output.from(tile, rowBegin);

  for (let row = rowBegin; row < rowEnd; ++row) {
    const image = row / outHeight;
    const y = (row - image * outHeight) * params.strideHeight - params.padTop;
    let to = tile;
    for (let i = y; i < y + kernelHeight; ++i) {
      if (<u32>i < <u32>inHeight) op.copyRow(params.input, image * inHeight + i, to, before, rowBytes);
      else zero(to, to + rowBytes);
      to += rowBytes;
    }
    for (let block = blockBegin; block < blockEnd; ++block) {
      const weights = params.weights + <usize>block * packed;
      op.outputRow(params, tile, rowBytes, operands, pixelStride, weights, output + <usize>block * outStride);
    }
    output += outPitch;
  }
}

/** Writes zeros, whole vectors: up to 15 bytes past the end. */
@inline
export function zero(from: usize, end: usize): void {
  const zeros = i32x4.splat(0);
  for (; from < end; from += 16) v128.store(from, zeros);
}
