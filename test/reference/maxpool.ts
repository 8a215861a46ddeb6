import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { clampInteger, clampReal, exact, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** The largest element of the window, without the padding. */
export function maxpool(op: OpOf<"maxpool">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const output = tensors[op.outputs[0]!]!;
  const [images, height, width, channels] = tensors[op.inputs[0]!]!.shape as [number, number, number, number];
  const [, outHeight, outWidth] = output.shape as [number, number, number, number];
  const quantized = quantizationOf(output);
  const values: number[] = [];
  for (let n = 0; n < images; ++n) {
    for (let y = 0; y < outHeight; ++y) {
      for (let z = 0; z < outWidth; ++z) {
        for (let c = 0; c < channels; ++c) {
          let largest = -Infinity;
          for (let i = 0; i < op.kernel[0]; ++i) {
            for (let j = 0; j < op.kernel[1]; ++j) {
              const row = y * op.stride[0] + i - op.padding.top;
              const column = z * op.stride[1] + j - op.padding.left;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              largest = Math.max(largest, x[((n * height + row) * width + column) * channels + c]!);
            }
          }
          values.push(quantized ? clampInteger(largest, op.activation, quantized) : clampReal(largest, op.activation));
        }
      }
    }
  }
  return exact(values);
}
