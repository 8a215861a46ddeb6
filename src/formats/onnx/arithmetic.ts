/** ONNX's operators on each element of one tensor or two. */
import { FormatError, UnsupportedError } from "../../errors.js";
import { broadcastShape } from "../../ir/ops/broadcast.js";
import type { CommonAttributes, Known, RareAttributes } from "../../ir/ops/index.js";
import { rare } from "../../ir/rare.js";
import { elementCount, formatShape } from "../../ir/tensor.js";
import { constantOf, type Constant } from "./constants.js";
import { combined, expectFew, permutedConstant, realOf } from "./fold.js";
import { arranged, commonOrder, extended, shapeOf, type Activation, type Value } from "./layout.js";
import {
  activationAt,
  clampOf,
  constantAt,
  elementwise,
  made,
  place,
  scalarOf,
  type Reader,
  type Source,
} from "./source.js";

/** A binary operator, its function, and what a constant operand does to each channel, if that is affine. */
interface Binary {
  readonly op:
    | (CommonAttributes & { type: "add" })
    | Known<RareAttributes & { type: "div" | "maximum" | "minimum" | "mul" | "sub" }>;
  readonly f: (x: number, y: number) => number;
  /** x · scale + shift for a constant second operand, or for a constant first one. */
  readonly affine?: (constant: number, isFirst: boolean) => readonly [scale: number, shift: number] | undefined;
}

const BINARY = {
  Add: { op: { type: "add", activation: "none" }, f: (x, y) => x + y, affine: (c) => [1, c] },
  Div: {
    op: rare({ type: "div", activation: "none" }),
    f: (x, y) => x / y,
    affine: (c, isFirst) => (isFirst ? undefined : [1 / c, 0]),
  },
  Max: { op: rare({ type: "maximum", activation: "none" }), f: Math.max },
  Min: { op: rare({ type: "minimum", activation: "none" }), f: Math.min },
  Mul: { op: rare({ type: "mul", activation: "none" }), f: (x, y) => x * y, affine: (c) => [c, 0] },
  Sub: {
    op: rare({ type: "sub", activation: "none" }),
    f: (x, y) => x - y,
    affine: (c, isFirst) => (isFirst ? [-1, c] : [1, -c]),
  },
} satisfies Readonly<Record<string, Binary>>;

export const ARITHMETIC: Readonly<Record<string, Reader>> = {
  Abs: (source) => elementwise(source, rare({ type: "abs" })),
  Add: (source) => readBinary(source, BINARY.Add),
  Clip: readClip,
  Div: (source) => readBinary(source, BINARY.Div),
  Elu: readElu,
  Equal: (source) => compare(source, (x, y) => Number(x === y)),
  Exp: (source) => elementwise(source, rare({ type: "exp" })),
  HardSigmoid: readHardSigmoid,
  HardSwish: (source) => elementwise(source, rare({ type: "hardswish" })),
  LeakyRelu: readLeakyRelu,
  Max: (source) => readSeveral(source, BINARY.Max),
  Min: (source) => readSeveral(source, BINARY.Min),
  Mul: (source) => readBinary(source, BINARY.Mul),
  Neg: (source) => elementwise(source, rare({ type: "neg" })),
  Pow: readPow,
  PRelu: readPRelu,
  Relu: (source) => clampOf(source, "relu"),
  Sigmoid: (source) => elementwise(source, rare({ type: "logistic" })),
  Sqrt: (source) => elementwise(source, rare({ type: "sqrt" })),
  Sub: (source) => readBinary(source, BINARY.Sub),
  Sum: (source) => readSeveral(source, BINARY.Add),
  Tanh: (source) => elementwise(source, rare({ type: "tanh" })),
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
function computed(a: Constant, b: Constant, { f }: Binary): Constant {
  expectFew(elementCount(broadcastShape([a, b])));
  const isWhole = f === BINARY.Div.f && realOf(a).type !== "float32";
  return combined(a, b, isWhole ? (x, y) => Math.trunc(x / y) : f);
}

function compare(source: Source, f: (x: number, y: number) => number): Constant {
  const [a, b] = [constantAt(source, 0), constantAt(source, 1)];
  expectFew(elementCount(broadcastShape([a, b])));
  return combined(a, b, f, "int64");
}

function readWhere(source: Source): Constant {
  const [condition, x, y] = [0, 1, 2].map((index) => constantAt(source, index)) as [Constant, Constant, Constant];
  expectFew(elementCount(broadcastShape([condition, x, y])));
  // One of the two products is 0 everywhere.
  const { type } = realOf(x);
  const first = combined(condition, x, (c, value) => (c ? value : 0), type);
  const second = combined(condition, y, (c, value) => (c ? 0 : value), type);
  return combined(first, second, (p, q) => p + q, type);
}

/** One operator for any number of inputs. */
function readSeveral(source: Source, binary: Binary): Value {
  const [first, ...others] = source.inputs;
  if (!first) throw new FormatError("expected an input, got none");
  return others.reduce<Value>((sofar, other, i) => {
    const name = i === others.length - 1 ? source.name : `${source.name}/${i}`;
    return readBinary({ ...source, name, inputs: [sofar, other] }, binary);
  }, first);
}

/** Of two tensors that are broadcast to each other. */
function ofBoth(source: Source, { op }: Binary, a: Activation, b: Activation): Activation {
  const rank = Math.max(a.dims.length, b.dims.length);
  const [x, y] = [extended(a, rank), extended(b, rank)];
  expectRank(broadcastShape([{ shape: shapeOf(x) }, { shape: shapeOf(y) }]));
  const order = commonOrder([x, y], rank);
  const groups = order.map((dimension) => [dimension]);
  const [left, right] = [x, y].map((value) => source.arranger.tensor(value, groups)) as [number, number];
  if (op.type !== "add" || shapeOf(x).join() === shapeOf(y).join()) {
    return made(source, source.net.add(source.name, op, left, right), order);
  }
  // Only SUB broadcasts: x + y = x - (-y), exactly.
  const isSmaller = elementCount(shapeOf(x)) < elementCount(shapeOf(y));
  const [larger, smaller] = isSmaller ? [right, left] : [left, right];
  const negative = source.net.add(`${source.name}/negative`, rare({ type: "neg" }), smaller);
  return made(source, source.net.add(source.name, BINARY.Sub.op, larger, negative), order);
}

/** A constant with one number, or one for each channel, is a batch norm, which the layer before it takes in. */
function withConstant(
  source: Source,
  { op, affine }: Binary,
  x: Activation,
  constant: Constant,
  constantFirst: boolean,
): Activation {
  const { net, arranger, name } = source;
  const real = realOf(constant);
  const rank = Math.max(x.dims.length, real.shape.length);
  const value = extended(x, rank);
  const sizes = shapeOf(value);
  const shape = broadcastShape([{ shape: sizes }, real]);
  expectRank(shape);
  const order = commonOrder([value], rank);
  const wide = { ...real, shape: [...Array<number>(rank - real.shape.length).fill(1), ...real.shape] };
  const moved = permutedConstant(wide, order);
  const { data } = moved;
  const isPerChannel = data.length === 1 || data.length === moved.shape.at(-1);
  if (isPerChannel && shape.join() === sizes.join()) {
    const numbers = Array.from(data as ArrayLike<number>, (number) => affine?.(number, constantFirst));
    if (!numbers.includes(undefined)) return scaled(source, value, order, numbers as (readonly [number, number])[]);
  }
  const groups = order.map((dimension) => [dimension]);
  if (op.type === "add") {
    // Only SUB takes constants of any shape: x + c = x - (-c), exactly.
    const negative = { ...wide, data: Float32Array.from(wide.data, (number) => -number) };
    const operands = [arranger.tensor(value, groups), place(source, negative, order)];
    return made(source, net.add(name, BINARY.Sub.op, ...operands), order);
  }
  const attributes = constantFirst ? rare({ ...op, swapped: true }) : op;
  return made(source, net.add(name, attributes, arranger.tensor(value, groups), place(source, wide, order)), order);
}

function expectRank(shape: readonly number[]): void {
  if (shape.length > 4) throw new UnsupportedError(`expected at most 4 dimensions, got ${formatShape(shape)}`);
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
  const given = (name: string, index: number, fallback: number) =>
    inputs[index] ? scalarOf(constantAt(source, index)) : attributes.float(name, fallback);
  const [low, high] = [given("min", 1, -Infinity), given("max", 2, Infinity)];
  if (low === 0 && high === 6) return clampOf(source, "relu6");
  if (low === 0 && high >= LARGEST) return clampOf(source, "relu");
  const x = activationAt(source, 0);
  if (low === -1 && high === 1) return elementwise(source, rare({ type: "relun1to1" }));
  const bound = (value: Value, binary: Binary, number: number) =>
    readBinary({ ...source, inputs: [value, constantOf("bound", [], "float32", [number])] }, binary);
  const above = low > -LARGEST ? bound(x, BINARY.Max, low) : x;
  return high < LARGEST ? bound(above, BINARY.Min, high) : above;
}

/** Exporters write the largest float32 for no bound. */
const LARGEST = 3.4e38;

function readLeakyRelu(source: Source): Activation {
  const slope = source.attributes.float("alpha", 0.01);
  if (!Number.isFinite(slope)) throw new FormatError(`alpha expected a finite number, got ${slope}`);
  return elementwise(source, rare({ type: "leakyrelu", slope }));
}

/** min(max(alpha · x + beta, 0), 1) is a sixth of a RELU6. */
function readHardSigmoid(source: Source): Value {
  const [alpha, beta] = [source.attributes.float("alpha", 0.2), source.attributes.float("beta", 0.5)];
  const times = (value: Value, scale: number, shift: number) => {
    const x = value as Activation;
    return scaled(source, x, commonOrder([x], x.dims.length), [[scale, shift]]);
  };
  const clamped = clampOf({ ...source, inputs: [times(activationAt(source, 0), 6 * alpha, 6 * beta)] }, "relu6");
  return times(clamped, 1 / 6, 0);
}

function readElu(source: Source): Value {
  const alpha = source.attributes.float("alpha", 1);
  if (alpha !== 1) throw new UnsupportedError(`alpha expected 1, got ${alpha}`);
  return elementwise(source, rare({ type: "elu" }));
}

function readPow(source: Source): Value {
  const exponent = scalarOf(constantAt(source, 1));
  if (exponent === 2) return elementwise(source, rare({ type: "square" }));
  if (exponent === 0.5) return elementwise(source, rare({ type: "sqrt" }));
  if (exponent === -0.5) return elementwise(source, rare({ type: "rsqrt" }));
  if (exponent === 1) return activationAt(source, 0);
  throw new UnsupportedError(`exponent expected 2, 1, 0.5 or -0.5, got ${exponent}`);
}

/** A slope for each channel, or one for all. */
function readPRelu(source: Source): Value {
  const { net, arranger, name } = source;
  const x = activationAt(source, 0);
  const rank = x.dims.length;
  expectRank(shapeOf(x));
  const slope = constantAt(source, 1);
  const order = commonOrder([x], rank);
  const wide = { ...slope, shape: [...Array<number>(Math.max(0, rank - slope.shape.length)).fill(1), ...slope.shape] };
  const tensor = arranger.tensor(
    x,
    order.map((dimension) => [dimension]),
  );
  return made(
    source,
    net.add(name, rare({ type: "prelu", activation: "none" }), tensor, place(source, wide, order)),
    order,
  );
}
