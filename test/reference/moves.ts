/** Operators whose output elements are elements of the input: each says from which coordinates. */
import type { OpOf } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { exact, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";
import { coordinates, position } from "./transpose.js";

type Four = [number, number, number, number];

/** The element at output coordinates `at` is that at input coordinates from(at), or `fill` where it says undefined. */
function moved(
  op: { readonly inputs: readonly number[]; readonly outputs: readonly number[] },
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
  from: (at: number[]) => number[] | undefined,
  fill = 0,
): Expected {
  const { shape } = tensors[op.inputs[0]!]!;
  const output = tensors[op.outputs[0]!]!.shape;
  const values = Array.from({ length: elementCount(output) }, (_, index) => {
    const source = from(coordinates(index, output));
    return source ? x[position(source, shape)]! : fill;
  });
  return exact(values);
}

export function tile(op: OpOf<"tile">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const { shape } = tensors[op.inputs[0]!]!;
  return moved(op, tensors, x, (at) => at.map((each, d) => each % shape[d]!));
}

export function gather(op: OpOf<"gather">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  return moved(op, tensors, x, (at) => at.with(op.axis, op.indices[at[op.axis]!]!));
}

export function padany(op: OpOf<"padany">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const input = tensors[op.inputs[0]!]!;
  const to = quantizationOf(input);
  const fill = to ? Math.round(op.value / to.scale) + to.zeroPoint : Math.fround(op.value);
  const inside = (at: number, all: number): number | undefined => {
    if (at >= 0 && at < all) return at;
    if (op.mode === "constant") return undefined;
    if (op.mode === "edge") return at < 0 ? 0 : all - 1;
    const last = op.mode === "reflect" ? all - 1 : all;
    return at < 0 ? (op.mode === "reflect" ? -at : -at - 1) : 2 * last - at - (op.mode === "reflect" ? 0 : 1);
  };
  return moved(
    op,
    tensors,
    x,
    (at) => {
      const source = at.map((each, d) => inside(each - op.before[d]!, input.shape[d]!));
      return source.includes(undefined) ? undefined : (source as number[]);
    },
    fill,
  );
}

export function depthtospace(op: OpOf<"depthtospace">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const size = op.blockSize;
  const channels = tensors[op.outputs[0]!]!.shape[3]!;
  const { top = 0, left = 0 } = op.crops ?? {};
  return moved(op, tensors, x, (at) => {
    const [n, y, z, c] = [at[0]!, at[1]! + top, at[2]! + left, at[3]!];
    const pixel = (y % size) * size + (z % size);
    const from = op.order === "dcr" ? pixel * channels + c : c * size * size + pixel;
    return [n, Math.floor(y / size), Math.floor(z / size), from];
  });
}

export function spacetodepth(op: OpOf<"spacetodepth">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const size = op.blockSize;
  const channels = tensors[op.inputs[0]!]!.shape[3]!;
  return moved(op, tensors, x, (at) => {
    const [n, y, z, c] = at as Four;
    const pixel = Math.floor(c / channels);
    return [n, y * size + Math.floor(pixel / size), z * size + (pixel % size), c % channels];
  });
}

export function spacetobatch(op: OpOf<"spacetobatch">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const images = tensors[op.inputs[0]!]!.shape[0]!;
  const [down, across] = op.block;
  return moved(op, tensors, x, (at) => {
    const [n, y, z, c] = at as Four;
    const pixel = Math.floor(n / images);
    return [n % images, y * down + Math.floor(pixel / across), z * across + (pixel % across), c];
  });
}

export function batchtospace(op: OpOf<"batchtospace">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const images = tensors[op.outputs[0]!]!.shape[0]!;
  const [down, across] = op.block;
  return moved(op, tensors, x, (at) => {
    const [n, y, z, c] = [at[0]!, at[1]! + op.crops.top, at[2]! + op.crops.left, at[3]!];
    const pixel = (y % down) * across + (z % across);
    return [pixel * images + n, Math.floor(y / down), Math.floor(z / across), c];
  });
}
