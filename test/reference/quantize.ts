import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, exact, halfToEven, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** round(x / scale) + zero point, with the reciprocal in float32 as XNNPACK has it. */
export function quantize(op: OpOf<"quantize">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const from = quantizationOf(input);
  const to = quantizationOf(tensors[op.outputs[0]!]!)!;
  const factor = Math.fround((from?.scale ?? 1) / to.scale);
  const values = centred(x, input).map((value) => halfToEven(Math.fround(value * factor)) + to.zeroPoint);
  return exact(values.map((q) => clampInteger(q, "none", to)));
}
