import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, exact, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** scale · (q - zero point) */
export function dequantize(op: OpOf<"dequantize">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const scale = Math.fround(quantizationOf(input)!.scale);
  return exact(centred(x, input).map((value) => Math.fround(value * scale)));
}
