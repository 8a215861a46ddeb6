import type { OpOf } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { exact, gamma, halfToEven } from "./arithmetic.js";
import type { Expected } from "./expected.js";
import { coordinates, position } from "./transpose.js";

/** Each output pixel from the input pixels around its position, which is computed in float32 as engines do. */
export function resize(op: OpOf<"resize">, tensors: readonly Tensor[], x: ArrayLike<number>): Expected {
  const { shape, dtype } = tensors[op.inputs[0]!]!;
  const output = tensors[op.outputs[0]!]!.shape;
  const at = (n: number, y: number, z: number, c: number) => x[position([n, y, z, c], shape)]!;
  const bound: number[] = [];
  const values = Array.from({ length: elementCount(output) }, (_, index) => {
    const [n, y, z, c] = coordinates(index, output) as [number, number, number, number];
    const [row, column] = [positionOf(op, 0, y, shape[1]!), positionOf(op, 1, z, shape[2]!)];
    if (op.mode === "nearest") {
      bound.push(0);
      return at(n, nearest(op, row, shape[1]!), nearest(op, column, shape[2]!), c);
    }
    const [top, left] = [Math.min(Math.max(row, 0), shape[1]! - 1), Math.min(Math.max(column, 0), shape[2]! - 1)];
    const [i, j] = [Math.floor(top), Math.floor(left)];
    const [k, l] = [Math.min(i + 1, shape[1]! - 1), Math.min(j + 1, shape[2]! - 1)];
    const corners = [at(n, i, j, c), at(n, i, l, c), at(n, k, j, c), at(n, k, l, c)] as const;
    const mix = (u: number, v: number, whole: number) => {
      const [a, b, d, e] = corners;
      return (a * (whole - v) + b * v) * (whole - u) + (d * (whole - v) + e * v) * u;
    };
    if (dtype !== "float32") {
      bound.push(0);
      const [u, v] = [halfToEven((top - i) * 2048), halfToEven((left - j) * 2048)];
      return Math.floor((mix(u, v, 2048) + 2 ** 21) / 2 ** 22);
    }
    bound.push(gamma(12) * 3 * Math.max(...corners.map(Math.abs)));
    return mix(top - i, left - j, 1);
  });
  return { ...exact(values), bound: Float64Array.from(bound) };
}

/** Where an output row or column lies in the input. */
function positionOf(op: OpOf<"resize">, axis: 0 | 1, i: number, inputs: number): number {
  const outputs = op.size[axis];
  const less = op.coordinates === "alignCorners" && outputs > 1 ? 1 : 0;
  const ratio = Math.fround(op.ratio?.[axis] ?? (inputs - less) / (outputs - less));
  if (op.coordinates !== "halfPixel") return Math.fround(i * ratio);
  if (op.mode === "nearest" && op.rounding === "halfUp") return Math.fround((i + 0.5) * ratio) - 0.5;
  if (op.mode === "nearest") return Math.fround(Math.fround((i + 0.5) * ratio) - 0.5);
  return Math.fround(Math.fround(i * ratio) + Math.fround(Math.fround(0.5 * ratio) - 0.5));
}

function nearest(op: OpOf<"resize">, at: number, inputs: number): number {
  const below = Math.floor(at);
  const rest = at - below;
  const isUp = { floor: false, ceil: rest > 0, halfUp: rest >= 0.5, halfDown: rest > 0.5 }[op.rounding];
  return Math.min(Math.max(below + Number(isUp), 0), inputs - 1);
}
