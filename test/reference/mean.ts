import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, gamma, halfToEven, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** The mean over height and width; of integers, requantised from the sum as XNNPACK's global average pooling does. */
export function mean(op: OpOf<"mean">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const [images, height, width, channels] = input.shape as [number, number, number, number];
  const to = quantizationOf(tensors[op.outputs[0]!]!);
  const from = quantizationOf(input);
  const values = centred(x, input);
  const pixels = height * width;
  const means: number[] = [];
  const bound: number[] = [];
  for (let n = 0; n < images; ++n) {
    for (let c = 0; c < channels; ++c) {
      let [sum, magnitude] = [0, 0];
      for (let p = 0; p < pixels; ++p) {
        const value = values[(n * pixels + p) * channels + c]!;
        sum += value;
        magnitude += Math.abs(value);
      }
      if (to) {
        const factor = Math.fround(from!.scale / (to.scale * pixels));
        means.push(clampInteger(halfToEven(Math.fround(sum * factor)) + to.zeroPoint, "none", to));
        bound.push(0);
      } else {
        means.push(sum / pixels);
        bound.push(gamma(pixels + 1) * (magnitude / pixels));
      }
    }
  }
  return { values: Float64Array.from(means), bound: Float64Array.from(bound) };
}
