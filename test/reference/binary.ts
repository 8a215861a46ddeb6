import type { BINARY as MODULES, BinaryType } from "../../src/ir/ops/binary.js";
import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, clampInteger, clampReal, exact, halfToEven, quantizationOf, type Quantized } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** Of real numbers, rounded once to float32. */
const REAL: { readonly [T in BinaryType]: (a: number, b: number) => number } = {
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  mul: (a, b) => a * b,
  prelu: (a, b) => (a >= 0 ? a : a * b),
  sub: (a, b) => a - b,
};

/** Of integers less their zero points, in XNNPACK's arithmetic. */
function quantized(type: BinaryType, a: number, b: number, [first, second, to]: readonly Quantized[]): number {
  const [u, v, w] = [first!, second!, to!].map(({ scale }) => Math.fround(scale)) as [number, number, number];
  if (type === "mul") return halfToEven(Math.fround(Math.fround(a * b) * Math.fround(Math.fround(u * v) / w)));
  if (type !== "sub") return REAL[type](a, b);
  const [left, right] = [Math.fround(u / w), Math.fround(v / w)];
  let shift = 0;
  while (Math.max(left, right) * 2 ** shift < 2 ** 20) ++shift;
  const difference = a * halfToEven(left * 2 ** shift) - b * halfToEven(right * 2 ** shift);
  return Math.floor(difference / 2 ** shift + 0.5);
}

function binary(
  op: OpOf<BinaryType>,
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
  y: ArrayLike<number> = tensors[op.inputs[1]!]!.data!,
): Expected {
  const both = op.inputs.map((index, i) => ({ tensor: tensors[index]!, values: [x, y][i]! }));
  const [first, second] = (op.swapped ? both.toReversed() : both) as [(typeof both)[0], (typeof both)[0]];
  const output = tensors[op.outputs[0]!]!;
  const encodings = [first.tensor, second.tensor, output].map(quantizationOf);
  const [a, b] = [first, second].map(({ tensor, values }) =>
    spread(centred(values, tensor), tensor.shape, output.shape),
  );
  const to = encodings[2];
  return exact(
    a!.map((value, i) => {
      if (!to) return clampReal(Math.fround(REAL[op.type](value, b![i]!)), op.activation);
      return clampInteger(
        quantized(op.type, value, b![i]!, encodings as Quantized[]) + to.zeroPoint,
        op.activation,
        to,
      );
    }),
  );
}

/** The elements of a tensor that is broadcast to a shape. */
function spread(values: ArrayLike<number>, from: readonly number[], to: readonly number[]): number[] {
  const sizes = [...Array<number>(to.length - from.length).fill(1), ...from];
  const walk = (dimension: number, offset: number): number[] => {
    if (dimension === to.length) return [values[offset]!];
    return Array.from({ length: to[dimension]! }, (_, i) =>
      walk(dimension + 1, offset * sizes[dimension]! + (sizes[dimension] === 1 ? 0 : i)),
    ).flat();
  };
  return walk(0, 0);
}

export const BINARY = Object.fromEntries(Object.keys(REAL).map((type) => [type, binary])) as {
  readonly [T in keyof typeof MODULES]: typeof binary;
};
