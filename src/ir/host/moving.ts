/**
 * Elements in other places: the operators that compute nothing, for tensors that no kernel moves and for constants.
 *
 * https://github.com/tensorflow/tensorflow/tree/v2.16.1/tensorflow/lite/kernels: reshape.cc, concatenation.cc,
 * strided_slice.cc, transpose.cc, fill.cc, tile.cc
 */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../ops/index.js";
import { elementCount } from "../tensor.js";
import { broadcastStrides, expectSameElements, stridesOf, walk, type HostTensor } from "./operator.js";

type Tensors = readonly HostTensor[];

export function reshape(_: OpOf<"reshape">, inputs: Tensors, outputs: Tensors): () => void {
  const [x] = inputs as readonly [HostTensor];
  const [y] = outputs as readonly [HostTensor];
  expectSameElements([x, y]);
  return () => y.data.set(x.data);
}

/** Chunks of all dimensions from the axis on, in turns from each input. */
export function concatenation({ axis }: OpOf<"concatenation">, inputs: Tensors, outputs: Tensors): () => void {
  const [y] = outputs as readonly [HostTensor];
  expectSameElements([...inputs, y]);
  const parts = chunksOf(inputs, elementCount(y.shape.slice(0, axis)));
  return () => {
    for (const { data, size, start, count, stride } of parts) {
      for (let i = 0; i < count; ++i) copy(data, i * size, y.data, i * stride + start, size);
    }
  };
}

/** `count` chunks of a tensor, one from `start` in every `stride` elements of the whole. */
interface Chunks {
  readonly data: HostTensor["data"];
  readonly size: number;
  readonly start: number;
  readonly count: number;
  readonly stride: number;
}

function chunksOf(tensors: Tensors, count: number): Chunks[] {
  const sizes = tensors.map(({ shape }) => elementCount(shape) / count);
  const stride = sizes.reduce((sum, size) => sum + size, 0);
  let start = 0;
  return tensors.map(({ data }, i) => {
    const chunks = { data, size: sizes[i]!, start, count, stride };
    start += sizes[i]!;
    return chunks;
  });
}

function copy(from: HostTensor["data"], start: number, to: HostTensor["data"], at: number, count: number): void {
  for (let i = 0; i < count; ++i) to[at + i] = from[start + i]!;
}

export function slice({ begin, step }: OpOf<"slice">, inputs: Tensors, outputs: Tensors): () => void {
  const strides = stridesOf(inputs[0]!.shape);
  const start = begin.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
  const steps = strides.map((stride, axis) => stride * step[axis]!);
  return rearranged(inputs, outputs, steps, start);
}

export function transpose({ permutation }: OpOf<"transpose">, inputs: Tensors, outputs: Tensors): () => void {
  const strides = stridesOf(inputs[0]!.shape);
  const steps = permutation.map((axis) => strides[axis]!);
  return rearranged(inputs, outputs, steps, 0);
}

/** One number for all elements. */
export function fill(_: OpOf<"fill">, inputs: Tensors, outputs: Tensors): () => void {
  const [x] = inputs as readonly [HostTensor];
  const [y] = outputs as readonly [HostTensor];
  return rearranged(inputs, outputs, broadcastStrides(x.shape, y.shape), 0);
}

/** Only dimensions of size 1 repeat: broadcasting. */
export function tile({ multiples }: OpOf<"tile">, inputs: Tensors, outputs: Tensors): () => void {
  const [x] = inputs as readonly [HostTensor];
  const [y] = outputs as readonly [HostTensor];
  if (multiples.some((times, axis) => times > 1 && x.shape[axis] !== 1)) {
    throw new UnsupportedError("multiples expected 1 for dimensions of more than one element");
  }
  return rearranged(inputs, outputs, broadcastStrides(x.shape, y.shape), 0);
}

/** Each element of the output, from where its coordinates step to. */
function rearranged(inputs: Tensors, outputs: Tensors, steps: readonly number[], start: number): () => void {
  const [x] = inputs as readonly [HostTensor];
  const [y] = outputs as readonly [HostTensor];
  expectSameElements([x, y]);
  const [from, to] = [x.data, y.data];
  return () => walk(y.shape, [steps], (i, at) => void (to[i] = from[start + at]!));
}
