/**
 * The loop of the standard convolutions of an NHWC image over rows of outputs.
 *
 * In NHWC the kernelWidth · C inputs of a kernel row lie side by side, whatever C is: nine of them with three channels,
 * where nChw8c would make them 24. For each row of outputs, the loop copies the input rows that its windows cover to the
 * scratch tile, with their padding, so there are no edges to handle.
 *
 * T is a class of methods that has no fields and needs no object. E is the type of an element on the tile. One instruction
 * multiplies the elements of an operand, 32 bits. Besides its weights, a block has a bias and, with 8 bits, scales.
 */
import { Convolution } from "../abi/convolution";


@inline
export function convolution<T, E>(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const perOperand: i32 = 4 / sizeof<E>();
  const constantBytes: usize = isFloat<E>() ? 32 : 64;
  const inHeight = params.input.height;
  const channels = params.input.channels;
  const kernelHeight = params.kernelHeight;
  const outPitch = params.output.pitch;
  const outHeight = params.output.height;
  const before = <usize>(params.padLeft * channels) * sizeof<E>();
  const taps = params.kernelWidth * channels;
  const operands = (taps + perOperand - 1) / perOperand;
  const pixelStride = <usize>(params.strideWidth * channels) * sizeof<E>();
  const rowBytes = <usize>((params.output.width - 1) * params.strideWidth * channels + taps) * sizeof<E>();
  const packed = constantBytes + <usize>(kernelHeight * operands) * 32;
  const outStride = params.output.stride(rowEnd - rowBegin);
  let output = params.output.from(tile, rowBegin);

  for (let row = rowBegin; row < rowEnd; ++row) {
    const image = row / outHeight;
    const y = (row - image * outHeight) * params.strideHeight - params.padTop;
    let to = tile;
    for (let i = y; i < y + kernelHeight; ++i) {
      if (<u32>i < <u32>inHeight) op.copyRow(params, image * inHeight + i, to, before, rowBytes);
      else op.pad(params, to, to + rowBytes);
      to += rowBytes;
    }
    for (let block = blockBegin; block < blockEnd; ++block) {
      const weights = params.weights + <usize>block * packed;
      op.outputRow(params, tile, rowBytes, operands, pixelStride, weights, output + <usize>block * outStride);
    }
    output += outPitch;
  }
}
