import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, finish, weight, type Sum } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** Each input pixel adds its products with the kernel to the output, as the definition says. */
export function transposedconvolution(
  op: OpOf<"transposedconvolution">,
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
): Expected {
  const [input, weights, bias] = op.inputs.map((index) => tensors[index]!);
  const output = tensors[op.outputs[0]!]!;
  const [images, height, width, depth] = input!.shape as [number, number, number, number];
  const [, outHeight, outWidth, channels] = output.shape as [number, number, number, number];
  const [, kernelHeight, kernelWidth] = weights!.shape as [number, number, number, number];
  const values = centred(x, input!);
  const sums = Array.from({ length: images * outHeight * outWidth * channels }, (_, i): Sum => {
    const start = bias?.data?.[i % channels] ?? 0;
    return { value: start, magnitude: Math.abs(start), terms: 0 };
  });
  for (let n = 0; n < images; ++n) {
    for (let y = 0; y < height; ++y) {
      for (let z = 0; z < width; ++z) {
        for (let i = 0; i < kernelHeight; ++i) {
          const row = y * op.stride[0] + i - op.padding.top;
          if (row < 0 || row >= outHeight) continue;
          for (let j = 0; j < kernelWidth; ++j) {
            const column = z * op.stride[1] + j - op.padding.left;
            if (column < 0 || column >= outWidth) continue;
            for (let m = 0; m < channels; ++m) {
              const sum = sums[((n * outHeight + row) * outWidth + column) * channels + m]!;
              for (let c = 0; c < depth; ++c) {
                const factor = weight(weights!, ((m * kernelHeight + i) * kernelWidth + j) * depth + c, m);
                const product = values[((n * height + y) * width + z) * depth + c]! * factor;
                sum.value += product;
                sum.magnitude += Math.abs(product);
                ++sum.terms;
              }
            }
          }
        }
      }
    }
  }
  return finish(sums, op.activation, input!, weights!, output);
}
