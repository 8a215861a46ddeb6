/**
 * Positions of the largest or smallest elements along a dimension. Of equal elements the first one counts.
 *
 * https://github.com/tensorflow/tensorflow/tree/v2.16.1/tensorflow/lite/kernels: arg_min_max.cc, topk_v2.cc
 */
import type { OpOf } from "../ops/index.js";
import { elementCount } from "../tensor.js";
import { expectSameElements, type HostTensor } from "./operator.js";

export function argmax(
  { axis, least }: OpOf<"argmax">,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
): () => void {
  const [x] = inputs as readonly [HostTensor];
  const [y] = outputs as readonly [HostTensor];
  const size = x.shape[axis]!;
  const inner = elementCount(x.shape.slice(axis + 1));
  const outer = elementCount(x.shape.slice(0, axis));
  const [from, to] = [x.data, y.data];
  const find = least ? firstSmallest : firstLargest;
  return () => {
    for (let i = 0; i < outer; ++i) {
      const start = i * size * inner;
      for (let k = 0; k < inner; ++k) to[i * inner + k] = find(from, start + k, size, inner);
    }
  };
}

function firstLargest(from: ArrayLike<number>, start: number, size: number, step: number): number {
  let [best, place] = [from[start]!, 0];
  for (let j = 1, at = start + step; j < size; ++j, at += step) {
    if (from[at]! > best) [best, place] = [from[at]!, j];
  }
  return place;
}

function firstSmallest(from: ArrayLike<number>, start: number, size: number, step: number): number {
  let [best, place] = [from[start]!, 0];
  for (let j = 1, at = start + step; j < size; ++j, at += step) {
    if (from[at]! < best) [best, place] = [from[at]!, j];
  }
  return place;
}

/** Sorts each row by insertion into a list of the k best, which is fast where few elements belong there. */
export function topk({ k }: OpOf<"topk">, inputs: readonly HostTensor[], outputs: readonly HostTensor[]): () => void {
  const [x] = inputs as readonly [HostTensor];
  const [values, places] = outputs as readonly [HostTensor, HostTensor];
  expectSameElements([x, values]);
  const size = x.shape.at(-1)!;
  const rows = elementCount(x.shape) / size;
  const [from, best, indices] = [x.data, values.data, places.data];
  return () => {
    for (let row = 0; row < rows; ++row) {
      const start = row * k;
      for (let j = 0; j < size; ++j) {
        const value = from[row * size + j]!;
        const found = Math.min(j, k);
        if (found === k && !(value > best[start + k - 1]!)) continue;
        let at = start + Math.min(found, k - 1);
        for (; at > start && value > best[at - 1]!; --at) {
          best[at] = best[at - 1]!;
          indices[at] = indices[at - 1]!;
        }
        best[at] = value;
        indices[at] = j;
      }
    }
  };
}
