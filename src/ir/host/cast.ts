/**
 * Numbers in another element type. Fractions are cut off, and numbers beyond the type become its nearest one, as
 * WebAssembly's conversions have it; TensorFlow Lite leaves these undefined. The quantisation does not count.
 *
 * https://github.com/tensorflow/tensorflow/blob/v2.16.1/tensorflow/lite/kernels/cast.cc
 */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../ops/index.js";
import type { DType } from "../tensor.js";
import type { HostTensor } from "./operator.js";

/** The bounds of the integer types. */
const BOUNDS: { readonly [T in DType]?: readonly [number, number] } = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  int8: [-128, 127],
};

export function cast(_: OpOf<"cast">, inputs: readonly HostTensor[], outputs: readonly HostTensor[]): () => void {
  const [x] = inputs as readonly [HostTensor];
  const [y] = outputs as readonly [HostTensor];
  const [from, to] = [x.data, y.data];
  if (x.dtype === "bool") return () => fill(from, to, (value) => Number(value !== 0));
  if (y.dtype === "bool") return () => fill(from, to, (value) => Number(value !== 0));
  if (y.dtype === "float32") return () => to.set(from);
  const bounds = BOUNDS[y.dtype];
  if (!bounds) throw new UnsupportedError(`output expected float32, int32, uint8, int8 or bool, got ${y.dtype}`);
  if (x.dtype !== "float32") return () => to.set(from); // integers keep their low bits
  const [low, high] = bounds;
  return () => fill(from, to, (value) => Math.min(Math.max(Math.trunc(value), low), high));
}

function fill(from: HostTensor["data"], to: HostTensor["data"], convert: (value: number) => number): void {
  for (let i = 0; i < to.length; ++i) to[i] = convert(from[i]!);
}
