/** QUANTIZE between 8-bit scales: by a factor of 1/256ths, or of 31 bits where types differ or the ratio is far from 1. */
import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, exact, halfToEven, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

export function requantize(op: OpOf<"requantize">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const [input, output] = [tensors[op.inputs[0]!]!, tensors[op.outputs[0]!]!];
  const to = quantizationOf(output)!;
  const ratio = quantizationOf(input)!.scale / to.scale;
  const isNear = input.dtype === output.dtype && ratio >= 1 / 256 && ratio <= 128;
  const values = centred(x, input).map((value) => {
    if (isNear) return Math.floor((value * halfToEven(256 * Math.fround(ratio))) / 256 + 0.5) + to.zeroPoint;
    return Math.sign(value) * Math.round(Math.abs(value) * ratio) + to.zeroPoint;
  });
  return exact(values.map((q) => clampInteger(q, "none", to)));
}
