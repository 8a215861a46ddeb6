import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { gamma } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** gamma · (x - mean) / √(variance + epsilon) + beta, channel by channel. */
export function batchnorm(op: OpOf<"batchnorm">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const [scale, beta, mean, variance] = op.inputs.slice(1).map((index) => tensors[index]!.data!);
  const channels = scale!.length;
  const values = Float64Array.from(x);
  const bound = new Float64Array(x.length);
  for (let i = 0; i < x.length; ++i) {
    const c = i % channels;
    const factor = scale![c]! / Math.sqrt(variance![c]! + op.epsilon);
    values[i] = (x[i]! - mean![c]!) * factor + beta![c]!;
    // As x · s + (beta - mean · s), with s and the sum each rounded to float32 before.
    const magnitude = (Math.abs(x[i]!) + Math.abs(mean![c]!)) * Math.abs(factor) + Math.abs(beta![c]!);
    bound[i] = gamma(3) * magnitude;
  }
  return { values, bound };
}
