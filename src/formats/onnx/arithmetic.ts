/** ONNX's operators on each element of one tensor or two. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { OpAttributes } from "../../ir/ops/index.js";
import { elementCount, formatShape } from "../../ir/tensor.js";
import type { Constant } from "./constants.js";
import { broadcastShape, combined, expectFew, permutedConstant, realOf } from "./fold.js";
import { arranged, commonOrder, extended, shapeOf, type Activation, type Value } from "./layout.js";
import { activationAt, clampOf, constantAt, elementwise, made, scalarOf, type Reader, type Source } from "./source.js";

/** A binary operator: its function, and what a constant second operand does to each channel. */
interface Binary {
  readonly type: "add" | "sub" | "mul" | "div";
  readonly f: (x: number, y: number) => number;
}

const ADD: Binary = { type: "add", f: (x, y) => x + y };
const SUB: Binary = { type: "sub", f: (x, y) => x - y };
const MUL: Binary = { type: "mul", f: (x, y) => x * y };
const DIV: Binary = { type: "div", f: (x, y) => x / y };

/** What a constant operand does to each channel: x · scale + shift. undefined if it does not scale. */
function affine(type: Binary["type"], value: number, constantFirst: boolean): readonly [number, number] | undefined {
  if (type === "add") return [1, value];
  if (type === "mul") return [value, 0];
  if (type === "sub") return constantFirst ? [-1, value] : [1, -value];
  return constantFirst ? undefined : [1 / value, 0];
}

export const ARITHMETIC: Readonly<Record<string, Reader>> = {
  Add: (source) => readBinary(source, ADD),
  Clip: readClip,
  Div: (source) => readBinary(source, DIV),
  Equal: (source) => compare(source, (x, y) => Number(x === y)),
  LeakyRelu: readLeakyRelu,
  Mul: (source) => readBinary(source, MUL),
  Relu: (source) => clampOf(source, "relu"),
  Sigmoid: (source) => elementwise(source, { type: "logistic" }),
  Sub: (source) => readBinary(source, SUB),
  Sum: readSum,
  Where: readWhere,
};

function readBinary(source: Source, binary: Binary): Value {
  const [a, b] = source.inputs;
  if (!a || !b || source.inputs.length > 2) throw new FormatError(`expected 2 inputs, got ${source.inputs.length}`);
  if (a.kind === "constant" && b.kind === "constant") return computed(a, b, binary);
  if (a.kind === "constant") return withConstant(source, binary, b as Activation, a, true);
  if (b.kind === "constant") return withConstant(source, binary, a, b, false);
  return ofBoth(source, binary, a, b);
}

/** Integers are divided as integers are, toward zero. */
function computed(a: Constant, b: Constant, { type, f }: Binary): Constant {
  expectFew(elementCount(broadcastShape(a.shape, b.shape)));
  const isWhole = type === "div" && realOf(a).type !== "float32";
  return combined(a, b, isWhole ? (x, y) => Math.trunc(x / y) : f);
}

function compare(source: Source, f: (x: number, y: number) => number): Constant {
  const [a, b] = [constantAt(source, 0), constantAt(source, 1)];
  expectFew(elementCount(broadcastShape(a.shape, b.shape)));
  return combined(a, b, f, "int64");
}

function readWhere(source: Source): Constant {
  const [condition, x, y] = [0, 1, 2].map((index) => constantAt(source, index)) as [Constant, Constant, Constant];
  expectFew(elementCount(broadcastShape(condition.shape, broadcastShape(x.shape, y.shape))));
  // One of the two products is 0 everywhere.
  const { type } = realOf(x);
  const first = combined(condition, x, (c, value) => (c ? value : 0), type);
  const second = combined(condition, y, (c, value) => (c ? 0 : value), type);
  return combined(first, second, (p, q) => p + q, type);
}

function readSum(source: Source): Value {
  const [first, ...others] = source.inputs;
  if (!first) throw new FormatError("expected an input, got none");
  return others.reduce<Value>(
    (sum, other, i) => readBinary({ ...source, name: `${source.name}/${i}`, inputs: [sum, other] }, ADD),
    first,
  );
}

function ofBoth(source: Source, { type }: Binary, a: Activation, b: Activation): Activation {
  const rank = Math.max(a.dims.length, b.dims.length);
  const [x, y] = [extended(a, rank), extended(b, rank)];
  const order = commonOrder([x, y], rank);
  const groups = order.map((dimension) => [dimension]);
  const [left, right] = [x, y].map((value) => source.arranger.tensor(value, groups)) as [number, number];
  if (type !== "add" || shapeOf(x).join() !== shapeOf(y).join()) {
    throw new UnsupportedError(`expected the sum of two tensors of one shape, got ${formatShape(shapeOf(a))} and ${formatShape(shapeOf(b))}`); // prettier-ignore
  }
  return made(source, source.net.add(source.name, { type: "add", activation: "none" }, left, right), order);
}

/** A constant with one number, or one for each channel, is a batch norm, which the layer before it takes in. */
function withConstant(
  source: Source,
  { type }: Binary,
  x: Activation,
  constant: Constant,
  constantFirst: boolean,
): Activation {
  const real = realOf(constant);
  const rank = Math.max(x.dims.length, real.shape.length);
  const value = extended(x, rank);
  if (broadcastShape(shapeOf(value), real.shape).join() !== shapeOf(value).join()) {
    throw new UnsupportedError(`constant expected to broadcast to ${formatShape(shapeOf(x))}, got ${formatShape(real.shape)}`); // prettier-ignore
  }
  const order = commonOrder([value], rank);
  const wide = { ...real, shape: [...Array<number>(rank - real.shape.length).fill(1), ...real.shape] };
  const moved = permutedConstant(wide, order);
  const numbers = Array.from(moved.data as ArrayLike<number>, (number) => affine(type, number, constantFirst));
  if (numbers.length !== (moved.shape.at(-1) ?? 1) || numbers.includes(undefined)) {
    throw new UnsupportedError(`constant expected one number, or one for each channel, got ${formatShape(constant.shape)}`); // prettier-ignore
  }
  return scaled(source, value, order, numbers as (readonly [number, number])[]);
}

/** x · scale + shift, with one number for all or one for each element of the last dimension in `order`. */
export function scaled(
  source: Source,
  x: Activation,
  order: readonly number[],
  numbers: readonly (readonly [scale: number, shift: number])[],
): Activation {
  const { net, arranger, copies, name } = source;
  const sizes = shapeOf(x);
  const rest = order.slice(1, -1);
  // Batch norms are over images.
  const groups = order.length === 4 ? order.map((d) => [d]) : [order.slice(0, 1), [], rest, order.slice(1).slice(-1)];
  const from = arranger.tensor(x, order.length < 2 ? [[], [], [], order] : groups);
  const channels = net.shape(from).at(-1)!;
  copies.take(channels);
  const part = (what: string, values: (c: number) => number) =>
    net.constant(
      `${name}/${what}`,
      [channels],
      Float32Array.from({ length: channels }, (_, c) => values(c)),
    );
  const number = (c: number) => numbers[numbers.length === 1 ? 0 : c]!;
  const parts = [
    part("scale", (c) => number(c)[0]),
    part("shift", (c) => number(c)[1]),
    part("mean", () => 0),
    part("variance", () => 1),
  ];
  const tensor = net.add(name, { type: "batchnorm", epsilon: 0 }, from, ...parts);
  return arranged(tensor, sizes, order);
}

function readClip(source: Source): Value {
  const { attributes, inputs } = source;
  const bound = (name: string, index: number, fallback: number) =>
    inputs[index] ? scalarOf(constantAt(source, index)) : attributes.float(name, fallback);
  const [low, high] = [bound("min", 1, -Infinity), bound("max", 2, Infinity)];
  if (low === 0 && high === 6) return clampOf(source, "relu6");
  if (low === 0 && high >= LARGEST) return clampOf(source, "relu");
  if (low <= -LARGEST && high >= LARGEST) return activationAt(source, 0);
  throw new UnsupportedError(`bounds expected 0 and 6, or 0 alone, got ${low} and ${high}`);
}

/** Exporters write the largest float32 for no bound. */
const LARGEST = 3.4e38;

function readLeakyRelu(source: Source): Activation {
  const slope = source.attributes.float("alpha", 0.01);
  if (!Number.isFinite(slope)) throw new FormatError(`alpha expected a finite number, got ${slope}`);
  return elementwise(source, { type: "leakyrelu", slope } satisfies OpAttributes);
}
