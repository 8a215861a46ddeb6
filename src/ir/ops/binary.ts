/** Functions of two elements, either of which may be broadcast: a line each. */
import { UnsupportedError } from "../../errors.js";
import { elementCount, formatShape, type Shape, type Tensor } from "../tensor.js";
import { broadcastShape } from "./broadcast.js";
import { fuseActivation, type Activation, type ChannelScale, type OpModule } from "./module.js";
import { areFloatConstants, channelScale } from "./operands.js";

/**
 * Inputs: x and y, whose sizes are equal or 1 in each dimension, counted from the last one. A constant is y, and may have
 * fewer dimensions than x.
 */
export interface Binary<T extends string> {
  readonly type: T;
  /** Of DIV, MUL and SUB; none for the others. */
  readonly activation: Activation;
  /** f(y, x) instead of f(x, y), which a constant on the left needs. */
  readonly swapped?: boolean;
}

/** The scale and shift of x for a constant y; undefined if the function is not linear in x. */
type Linear = (y: number, swapped: boolean) => readonly [scale: number, shift: number] | undefined;

/** An arithmetic operator, which may have an activation. */
function arithmetic<T extends string>(linear: Linear): OpModule<Binary<T>> {
  return {
    ...binary<T>(),
    absorbActivation: fuseActivation,
    channelScale: (op, inputs) => scaleOf(op, inputs, linear),
  };
}

function binary<T extends string>(): OpModule<Binary<T>> {
  return { shapes: (_, inputs) => [sharedShape(inputs)] };
}

export const BINARY = {
  /** x / y */
  div: arithmetic<"div">((y, swapped) => (swapped ? undefined : [1 / y, 0])),
  /** The larger of x and y */
  maximum: binary<"maximum">(),
  /** The smaller of x and y */
  minimum: binary<"minimum">(),
  /** x · y */
  mul: arithmetic<"mul">((y) => [y, 0]),
  /** x where it is at least 0, else x · y */
  prelu: binary<"prelu">(),
  /** x - y */
  sub: arithmetic<"sub">((y, swapped) => (swapped ? [-1, y] : [1, -y])),
};

export type BinaryType = keyof typeof BINARY;

/** Only constants may lack dimensions. */
function sharedShape(operands: readonly Tensor[]): Shape {
  const rank = Math.max(...operands.map(({ shape }) => shape.length));
  for (const { shape, data } of operands) {
    if (shape.length < rank && !data) {
      throw new UnsupportedError(`input expected ${rank} dimensions or constants, got ${formatShape(shape)}`);
    }
  }
  return broadcastShape(operands);
}

/** Only for constants with one value, or with one for each channel of x. */
function scaleOf(op: Binary<string>, [x, y]: readonly Tensor[], linear: Linear): ChannelScale | undefined {
  const channels = x!.shape.at(-1) ?? 1;
  const count = elementCount(y!.shape);
  const isVector = count === 1 || (count === channels && y!.shape.at(-1) === channels);
  if (op.activation !== "none" || !areFloatConstants([y!]) || !isVector) return undefined;
  const parts = Array.from({ length: channels }, (_, c) => {
    return linear(y!.data![count === 1 ? 0 : c]!, op.swapped ?? false);
  });
  if (parts.includes(undefined)) return undefined;
  return channelScale(
    channels,
    (c) => parts[c]![0],
    (c) => parts[c]![1],
  );
}
