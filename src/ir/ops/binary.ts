/** Functions of two elements, either of which may be broadcast: a line each. */
import { FormatError, UnsupportedError } from "../../errors.js";
import { elementCount, formatShape, type Shape, type Tensor } from "../tensor.js";
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
  return { shapes: (_, inputs) => [broadcastShape(inputs)] };
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

function broadcastShape([x, y]: readonly Tensor[]): Shape {
  const rank = Math.max(x!.shape.length, y!.shape.length);
  for (const { shape, data } of [x!, y!]) {
    if (shape.length < rank && !data) {
      throw new UnsupportedError(`input expected ${rank} dimensions or constants, got ${formatShape(shape)}`);
    }
  }
  const [a, b] = [x!.shape, y!.shape].map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  return a!.map((size, i) => {
    const other = b![i]!;
    if (size !== other && size !== 1 && other !== 1) {
      throw new FormatError(
        `inputs expected of sizes that are equal or 1, got ${formatShape(a!)} and ${formatShape(b!)}`,
      );
    }
    return size === 1 ? other : size;
  });
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
