import type { OpOf } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { exact, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** The real number 0 around the image. */
export function pad(op: OpOf<"pad">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const output = tensors[op.outputs[0]!]!;
  const [, height, width, channels] = tensors[op.inputs[0]!]!.shape as [number, number, number, number];
  const [, outHeight, outWidth] = output.shape as [number, number, number, number];
  const values = new Float64Array(elementCount(output.shape)).fill(quantizationOf(output)?.zeroPoint ?? 0);
  for (let i = 0; i < x.length; ++i) {
    const c = i % channels;
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / channels / width) % height;
    const image = Math.floor(i / channels / width / height);
    const y = row + op.padding.top;
    const z = column + op.padding.left;
    values[((image * outHeight + y) * outWidth + z) * channels + c] = x[i]!;
  }
  return exact(values);
}
