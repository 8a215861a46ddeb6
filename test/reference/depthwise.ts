import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, finish, weight, type Sum } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** Eq. (3): for each output the sum over kernel rows and kernel columns of its input channel. */
export function depthwise(op: OpOf<"depthwise">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const [input, weights, bias] = op.inputs.map((index) => tensors[index]!);
  const output = tensors[op.outputs[0]!]!;
  const [images, height, width, depth] = input!.shape as [number, number, number, number];
  const [, outHeight, outWidth] = output.shape as [number, number, number, number];
  const [, kernelHeight, kernelWidth, channels] = weights!.shape as [number, number, number, number];
  const [down, right] = op.dilation ?? [1, 1];
  const values = centred(x, input!);
  const sums: Sum[] = [];
  for (let n = 0; n < images; ++n) {
    for (let y = 0; y < outHeight; ++y) {
      for (let z = 0; z < outWidth; ++z) {
        for (let c = 0; c < channels; ++c) {
          const start = bias?.data?.[c] ?? 0;
          const sum = { value: start, magnitude: Math.abs(start), terms: 0 };
          for (let i = 0; i < kernelHeight; ++i) {
            const row = y * op.stride[0] + i * down - op.padding.top;
            if (row < 0 || row >= height) continue;
            for (let j = 0; j < kernelWidth; ++j) {
              const column = z * op.stride[1] + j * right - op.padding.left;
              if (column < 0 || column >= width) continue;
              const factor = weight(weights!, (i * kernelWidth + j) * channels + c, c);
              const from = Math.floor((c * depth) / channels);
              const product = values[((n * height + row) * width + column) * depth + from]! * factor;
              sum.value += product;
              sum.magnitude += Math.abs(product);
              ++sum.terms;
            }
          }
          sums.push(sum);
        }
      }
    }
  }
  return finish(sums, op.activation, input!, weights!, output);
}
