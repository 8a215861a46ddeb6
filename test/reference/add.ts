import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, clampReal, exact, halfToEven, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/**
 * The sum; of integers in XNNPACK's fixed point: both scales over the output's as multiples of 2^-shift, the larger one
 * with 21 bits, and a half rounded up.
 */
export function add(
  op: OpOf<"add">,
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
  other: ArrayLike<number> = tensors[op.inputs[1]!]!.data!,
): Expected {
  const [first, second] = op.inputs.map((index) => tensors[index]!) as [Tensor, Tensor];
  const channels = first.shape.at(-1)!;
  const isSame = other.length === x.length;
  const at = (i: number) => (isSame ? i : other.length === 1 ? 0 : i % channels);
  const to = quantizationOf(tensors[op.outputs[0]!]!);
  if (!to) return exact(Array.from(x, (value, i) => clampReal(Math.fround(value + other[at(i)]!), op.activation)));
  const [a, b] = [first, second].map((tensor) =>
    Math.fround(Math.fround(quantizationOf(tensor)!.scale) / Math.fround(to.scale)),
  ) as [number, number];
  let shift = 0;
  while (Math.max(a, b) * 2 ** shift < 2 ** 20) ++shift;
  const [left, right] = [halfToEven(a * 2 ** shift), halfToEven(b * 2 ** shift)];
  const [u, v] = [centred(x, first), centred(other, second)];
  return exact(
    Array.from(u, (value, i) => {
      const sum = value * left + v[at(i)]! * right;
      return clampInteger(Math.floor(sum / 2 ** shift + 0.5) + to.zeroPoint, op.activation, to);
    }),
  );
}
