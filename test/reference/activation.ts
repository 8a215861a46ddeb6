import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, clampReal, exact, halfToEven, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** The clamp; of integers with a change of quantisation. */
export function activation(op: OpOf<"activation">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const from = quantizationOf(input);
  const to = quantizationOf(tensors[op.outputs[0]!]!);
  if (!from || !to) return exact(Array.from(x, (value) => clampReal(value, op.activation)));
  const factor = Math.fround(from.scale / to.scale);
  const values = centred(x, input).map((value) => halfToEven(Math.fround(value * factor)) + to.zeroPoint);
  return exact(values.map((q) => clampInteger(q, op.activation, to)));
}
