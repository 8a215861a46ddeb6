import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { clampInteger, clampReal, gamma, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** The mean over the window without padding; of integers rounded half away from zero. */
export function averagepool(op: OpOf<"averagepool">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const output = tensors[op.outputs[0]!]!;
  const [images, height, width, channels] = input.shape as [number, number, number, number];
  const [, outHeight, outWidth] = output.shape as [number, number, number, number];
  const quantized = quantizationOf(output);
  const values: number[] = [];
  const bound: number[] = [];
  for (let n = 0; n < images; ++n) {
    for (let y = 0; y < outHeight; ++y) {
      for (let z = 0; z < outWidth; ++z) {
        for (let c = 0; c < channels; ++c) {
          let [sum, magnitude, count] = [0, 0, 0];
          for (let i = 0; i < op.kernel[0]; ++i) {
            for (let j = 0; j < op.kernel[1]; ++j) {
              const row = y * op.stride[0] + i - op.padding.top;
              const column = z * op.stride[1] + j - op.padding.left;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              const value = x[((n * height + row) * width + column) * channels + c]!;
              sum += value;
              magnitude += Math.abs(value);
              ++count;
            }
          }
          const half = Math.floor(count / 2);
          const rounded = Math.trunc((sum < 0 ? sum - half : sum + half) / count);
          values.push(
            quantized ? clampInteger(rounded, op.activation, quantized) : clampReal(sum / count, op.activation),
          );
          bound.push(quantized ? 0 : gamma(count + 1) * (magnitude / count));
        }
      }
    }
  }
  return { values: Float64Array.from(values), bound: Float64Array.from(bound) };
}
