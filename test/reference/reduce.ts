import type { OpOf } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, gamma, halfToEven, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";
import { coordinates, position } from "./transpose.js";

/** All elements that fall on one of the output, in their order; integers are requantised from their sum. */
export function reduce(op: OpOf<"reduce">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const output = tensors[op.outputs[0]!]!;
  const [from, to] = [quantizationOf(input), quantizationOf(output)];
  const groups = Array.from({ length: elementCount(output.shape) }, (): number[] => []);
  for (const [index, value] of centred(x, input).entries()) {
    const at = coordinates(index, input.shape).map((each, d) => (op.axes.includes(d) ? 0 : each));
    groups[position(at, output.shape)]!.push(value);
  }
  const bound: number[] = [];
  const values = groups.map((group) => {
    bound.push(0);
    if (op.function === "max") return Math.max(...group) + (to?.zeroPoint ?? 0);
    if (op.function === "min") return Math.min(...group) + (to?.zeroPoint ?? 0);
    const sum = group.reduce((a, b) => a + b, 0);
    const divisor = op.function === "mean" ? group.length : 1;
    if (to) {
      const factor = Math.fround(from!.scale / (to.scale * divisor));
      return clampInteger(halfToEven(Math.fround(sum * factor)) + to.zeroPoint, "none", to);
    }
    bound[bound.length - 1] = (gamma(group.length + 2) * group.reduce((a, b) => a + Math.abs(b), 0)) / divisor;
    return sum / divisor;
  });
  return { values: Float64Array.from(values), bound: Float64Array.from(bound) };
}
