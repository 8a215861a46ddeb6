/**
 * Parts of a tensor at computed places. A place outside of the tensor gives zeros, as TensorFlow's kernels for GPUs do.
 *
 * https://github.com/tensorflow/tensorflow/tree/v2.16.1/tensorflow/lite/kernels: gather.cc, gather_nd.cc
 */
import type { OpOf } from "../ops/index.js";
import { elementCount } from "../tensor.js";
import { expectSameElements, stridesOf, type HostTensor } from "./operator.js";

/** y[…, i, …] = x[…, indices[i], …] along the axis; the indices' own shape takes its place. */
export function take(
  { axis }: OpOf<"take">,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
): () => void {
  const [x, indices] = inputs as readonly [HostTensor, HostTensor];
  const [y] = outputs as readonly [HostTensor];
  expectSameElements([x, y]);
  const size = x.shape[axis]!;
  const inner = elementCount(x.shape.slice(axis + 1));
  const outer = elementCount(x.shape.slice(0, axis));
  const [from, places, to] = [x.data, indices.data, y.data];
  return () => {
    let at = 0;
    for (let i = 0; i < outer; ++i) {
      for (let j = 0; j < places.length; ++j, at += inner) {
        const place = places[j]! < 0 ? places[j]! + size : places[j]!;
        copy(from, place < size ? (i * size + place) * inner : -1, to, at, inner);
      }
    }
  };
}

/** Each row of the indices names an element or a part of x by its first coordinates. */
export function gathernd(
  _: OpOf<"gathernd">,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
): () => void {
  const [x, indices] = inputs as readonly [HostTensor, HostTensor];
  const [y] = outputs as readonly [HostTensor];
  expectSameElements([x, y]);
  const depth = indices.shape.at(-1)!;
  const sizes = x.shape.slice(0, depth);
  const strides = stridesOf(x.shape);
  const inner = elementCount(x.shape.slice(depth));
  const rows = indices.data.length / depth;
  const [from, places, to] = [x.data, indices.data, y.data];
  return () => {
    for (let row = 0; row < rows; ++row) {
      let start = 0;
      for (let d = 0; d < depth; ++d) {
        const given = places[row * depth + d]!;
        const place = given < 0 ? given + sizes[d]! : given;
        start = start < 0 || place < 0 || place >= sizes[d]! ? -1 : start + place * strides[d]!;
      }
      copy(from, start, to, row * inner, inner);
    }
  };
}

/** Copies elements, or zeros if they start below 0. */
function copy(from: HostTensor["data"], start: number, to: HostTensor["data"], at: number, count: number): void {
  for (let i = 0; i < count; ++i) to[at + i] = start < 0 ? 0 : from[start + i]!;
}
