/** Checks of operands, and constants read from them. */
import { FormatError } from "../../errors.js";
import { formatShape, type Shape, type Tensor } from "../tensor.js";
import type { ChannelScale } from "./module.js";

/** A shape whose number of dimensions is known. */
type FixedShape<R extends number> = R extends 2
  ? readonly [number, number]
  : R extends 3
    ? readonly [number, number, number]
    : readonly [number, number, number, number];

export function expectRank<R extends 2 | 3 | 4>(what: string, shape: Shape, rank: R): FixedShape<R> {
  if (shape.length !== rank) throw new FormatError(`${what} expected ${rank} dimensions, got ${formatShape(shape)}`);
  return shape as FixedShape<R>;
}

export function expectBias(bias: Tensor | undefined, channels: number): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== channels)) {
    throw new FormatError(`bias expected shape ${channels}, got ${formatShape(bias.shape)}`);
  }
}

export function mismatch(what: string, expected: number | string, got: number | string | undefined): never {
  throw new FormatError(`${what} expected ${expected}, got ${got}`);
}

/** Whether all of them are float32 constants. */
export function areFloatConstants(tensors: readonly Tensor[]): boolean {
  return tensors.every(({ data }) => data instanceof Float32Array);
}

/** A channel scale whose numbers the callbacks compute, channel by channel. */
export function channelScale(
  channels: number,
  scale: (channel: number) => number,
  shift: (channel: number) => number,
): ChannelScale {
  const each = { length: channels };
  return { scale: Float64Array.from(each, (_, c) => scale(c)), shift: Float64Array.from(each, (_, c) => shift(c)) };
}
