import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, finish, weight, type Sum } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** Eq. (1): for each output the sum over kernel rows, kernel columns and the input channels of its group. */
export function convolution(op: OpOf<"convolution">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const [input, weights, bias] = op.inputs.map((index) => tensors[index]!);
  const output = tensors[op.outputs[0]!]!;
  const [images, height, width, depth] = input!.shape as [number, number, number, number];
  const [, outHeight, outWidth, channels] = output.shape as [number, number, number, number];
  const [, kernelHeight, kernelWidth, each] = weights!.shape as [number, number, number, number];
  const [down, right] = op.dilation ?? [1, 1];
  const groups = depth / each;
  const values = centred(x, input!);
  const sums: Sum[] = [];
  for (let n = 0; n < images; ++n) {
    for (let y = 0; y < outHeight; ++y) {
      for (let z = 0; z < outWidth; ++z) {
        for (let m = 0; m < channels; ++m) {
          const start = bias?.data?.[m] ?? 0;
          const sum = { value: start, magnitude: Math.abs(start), terms: 0 };
          for (let i = 0; i < kernelHeight; ++i) {
            const row = y * op.stride[0] + i * down - op.padding.top;
            for (let j = 0; j < kernelWidth; ++j) {
              const column = z * op.stride[1] + j * right - op.padding.left;
              const isInside = row >= 0 && row < height && column >= 0 && column < width;
              if (!isInside && !op.padValue) continue;
              for (let c = 0; c < each; ++c) {
                const factor = weight(weights!, ((m * kernelHeight + i) * kernelWidth + j) * each + c, m);
                const from = Math.floor((m * groups) / channels) * each + c;
                const at = ((n * height + row) * width + column) * depth + from;
                const product = (isInside ? values[at]! : op.padValue![from]!) * factor;
                sum.value += product;
                sum.magnitude += Math.abs(product);
                ++sum.terms;
              }
            }
          }
          sums.push(sum);
        }
      }
    }
  }
  return finish(sums, op.activation, input!, weights!, output);
}
