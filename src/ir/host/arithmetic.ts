/**
 * Sums, products, quotients and bounds of two tensors with broadcasting, in int32 and float32. Integers wrap, as
 * TensorFlow Lite's do; a division by zero gives 0.
 *
 * https://github.com/tensorflow/tensorflow/tree/v2.16.1/tensorflow/lite/kernels: add.cc, sub.cc, mul.cc, div.cc,
 * floor_div.cc, floor_mod.cc, maximum_minimum.cc
 */
import { UnsupportedError } from "../../errors.js";
import type { Activation } from "../ops/module.js";
import { broadcastStrides, walk, type HostTensor } from "./operator.js";

type Binary = (a: number, b: number) => number;

interface Arithmetic {
  readonly int32: Binary;
  readonly float32: Binary;
}

const ARITHMETIC = {
  add: { int32: (a, b) => (a + b) | 0, float32: (a, b) => a + b },
  sub: { int32: (a, b) => (a - b) | 0, float32: (a, b) => a - b },
  mul: { int32: Math.imul, float32: (a, b) => a * b },
  div: { int32: (a, b) => (a / b) | 0, float32: (a, b) => a / b },
  maximum: { int32: Math.max, float32: Math.max },
  minimum: { int32: Math.min, float32: Math.min },
  floordiv: { int32: (a, b) => Math.floor(a / b) | 0, float32: (a, b) => Math.floor(Math.fround(a / b)) },
  floormod: { int32: floorMod, float32: floorMod },
} satisfies Readonly<Record<string, Arithmetic>>;

/** The remainder with the sign of the divisor. */
function floorMod(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

const BOUNDS: Readonly<Record<Activation, readonly [number, number]>> = {
  none: [-Infinity, Infinity],
  relu: [0, Infinity],
  relu6: [0, 6],
};

interface Arguments {
  readonly type: keyof typeof ARITHMETIC;
  readonly activation?: Activation;
  /** f(y, x) instead of f(x, y). */
  readonly swapped?: boolean;
}

/** Binds an operator with two operands, and an activation that clamps its results. */
export function arithmetic(
  { type, activation = "none", swapped = false }: Arguments,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
): () => void {
  const [x, y] = (swapped ? inputs.toReversed() : inputs) as readonly [HostTensor, HostTensor];
  const [z] = outputs as readonly [HostTensor];
  const { dtype } = z;
  if ((dtype !== "int32" && dtype !== "float32") || x.dtype !== dtype || y.dtype !== dtype) {
    throw new UnsupportedError(`expected int32 or float32 throughout, got ${x.dtype}, ${y.dtype} and ${dtype}`);
  }
  const compute: Binary = ARITHMETIC[type][dtype];
  const [low, high] = BOUNDS[activation];
  const [a, b, to] = [x.data, y.data, z.data];
  const strides = [broadcastStrides(x.shape, z.shape), broadcastStrides(y.shape, z.shape)];
  return () =>
    walk(z.shape, strides, (i, p, q) => {
      const value = compute(a[p]!, b[q]!);
      to[i] = value < low ? low : value > high ? high : value;
    });
}
