/** Windows that slide over an image: their sizes, strides and padding. */
import { FormatError } from "../../errors.js";
import type { Tensor } from "../../ir/tensor.js";
import { samePadding, NO_PADDING, type Padding, type Size } from "../../ir/window.js";
import * as schema from "./schema.js";
import { expectOptions, expectTensor, readActivation, unary, type Source } from "./source.js";

export function readPool(source: Source) {
  const options = expectOptions(source);
  const { inputs, outputs } = unary(source);
  const input = expectTensor(source.tensors, inputs[0], "input", 4);
  const id = schema.Pool2DOptions;
  const kernel = readSize("window", options.int32(id.filterH), options.int32(id.filterW));
  const stride = readStride(options.int32(id.strideH), options.int32(id.strideW));
  return {
    inputs,
    outputs,
    kernel,
    stride,
    padding: readPadding(options.int8(id.padding), input, kernel, stride),
    activation: readActivation(options.int8(id.activation)),
  };
}

export function readSize(what: string, height: number, width: number): Size {
  if (height < 1 || width < 1) throw new FormatError(`${what} expected at least 1×1, got ${height}×${width}`);
  return [height, width];
}

export function readStride(height: number, width: number): Size {
  return readSize("stride", height, width);
}

export function readPadding(code: number, x: Tensor, kernel: Size, stride: Size): Padding {
  const name = schema.PADDING[code];
  if (!name) throw new FormatError(`padding expected SAME (0) or VALID (1), got ${code}`);
  return name === "SAME" ? samePadding([x.shape[1]!, x.shape[2]!], kernel, stride) : NO_PADDING;
}
