/**
 * Comparisons, logical functions, and the choice between two tensors, with broadcasting.
 *
 * https://github.com/tensorflow/tensorflow/tree/v2.16.1/tensorflow/lite/kernels: comparisons.cc, logical.cc, select.cc
 */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../ops/index.js";
import type { Tensor } from "../tensor.js";
import { broadcastStrides, expectSameElements, walk, type HostTensor } from "./operator.js";

const RELATIONS: Readonly<Record<OpOf<"compare">["relation"], (a: number, b: number) => boolean>> = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
};

/** 8-bit operands compare by their real numbers. */
export function compare(
  { relation }: OpOf<"compare">,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
): () => void {
  const [x, y] = inputs as readonly [HostTensor, HostTensor];
  const [z] = outputs as readonly [HostTensor];
  const holds = RELATIONS[relation];
  const [p, q] = [realOf(x), realOf(y)];
  const [a, b, to] = [x.data, y.data, z.data];
  const strides = [broadcastStrides(x.shape, z.shape), broadcastStrides(y.shape, z.shape)];
  return () =>
    walk(z.shape, strides, (i, at, bt) => {
      to[i] = Number(holds((a[at]! - p.zero) * p.scale, (b[bt]! - q.zero) * q.scale));
    });
}

/** The scale and zero point of a tensor; 1 and 0 if it is not 8-bit. */
function realOf({ dtype, quantization }: Tensor): { scale: number; zero: number } {
  const isQuantized = (dtype === "uint8" || dtype === "int8") && quantization;
  return isQuantized ? { scale: quantization.scale[0]!, zero: quantization.zeroPoint[0]! } : { scale: 1, zero: 0 };
}

export function logical(
  { function: name }: OpOf<"logical">,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
): () => void {
  const [z] = outputs as readonly [HostTensor];
  const [x, y = x] = inputs as readonly [HostTensor, HostTensor?];
  for (const { dtype } of [...inputs, z]) {
    if (dtype !== "bool") throw new UnsupportedError(`expected bool, got ${dtype}`);
  }
  const [a, b, to] = [x.data, y.data, z.data];
  const strides = [broadcastStrides(x.shape, z.shape), broadcastStrides(y.shape, z.shape)];
  return () =>
    walk(z.shape, strides, (i, at, bt) => {
      const [p, q] = [a[at] !== 0, b[bt] !== 0];
      to[i] = Number(name === "not" ? !p : name === "and" ? p && q : p || q);
    });
}

export function select(_: OpOf<"select">, inputs: readonly HostTensor[], outputs: readonly HostTensor[]): () => void {
  const [condition, x, y] = inputs as readonly [HostTensor, HostTensor, HostTensor];
  const [z] = outputs as readonly [HostTensor];
  expectSameElements([x, y, z]);
  const [which, a, b, to] = [condition.data, x.data, y.data, z.data];
  const strides = [condition, x, y].map(({ shape }) => broadcastStrides(shape, z.shape));
  return () =>
    walk(z.shape, strides, (i, at, p, q) => {
      to[i] = which[at] === 0 ? b[q]! : a[p]!;
    });
}
