/** Nodes that combine tensors element by element, with broadcasting. */
import { UnsupportedError } from "../../../errors.js";
import { broadcastShape } from "../../../ir/ops/broadcast.js";
import { permuted } from "../../../ir/permute.js";
import { rare } from "../../../ir/rare.js";
import type { OpAttributes } from "../../../ir/ops/index.js";
import { elementCount, type Tensor } from "../../../ir/tensor.js";
import {
  emit,
  missing,
  reshape,
  shapeOf,
  input,
  type Attached,
  type Reader,
  type Source,
  type Value,
} from "./source.js";
import { expectChannelsLast } from "./window.js";

/** An operator with two operands, the same with its operands swapped, and its effect on channels by a constant. */
interface Binary {
  readonly attributes: Attached;
  readonly swapped: Attached;
  readonly second?: Affine;
  readonly first?: Affine;
}

/** The effect of a constant on each channel: a factor, and then a summand. */
type Affine = (value: number) => readonly [scale: number, shift: number];

const PLUS: Affine = (value) => [1, value];
const TIMES: Affine = (value) => [value, 0];

const NONE = { activation: "none" } as const;

/** The same in both orders. */
function commutative(attributes: Attached, effect?: Affine): Binary {
  return { attributes, swapped: attributes, ...(effect && { second: effect, first: effect }) };
}

const ADD = commutative({ type: "add", ...NONE }, PLUS);
const SUB: Binary = {
  attributes: rare({ type: "sub", ...NONE }),
  swapped: rare({ type: "sub", ...NONE, swapped: true }),
  second: (value) => [1, -value],
  first: (value) => [-1, value],
};
const DIV: Binary = {
  attributes: rare({ type: "div", ...NONE }),
  swapped: rare({ type: "div", ...NONE, swapped: true }),
  second: (value) => [1 / value, 0],
};

/** An activation and a constant for each channel become a batch norm, which a layer before it takes in. */
function readBinary(source: Source, binary: Binary, name = source.name): Value {
  expectChannelsLast(source.attributes);
  const [x, y] = [input(source, 0), input(source, 1)];
  const { attributes, swapped, first, second } = binary;
  if (second && typeof x === "number" && isPerChannel(source, x, y)) return affine(source, x, y, second, name);
  if (first && typeof y === "number" && isPerChannel(source, y, x)) return affine(source, y, x, first, name);
  if (binary === ADD) return sum(source, withRank(source, [x, y]), name);
  // A constant is the second operand of a kernel.
  const isSwapped = typeof x !== "number" && typeof y === "number";
  const operands = withRank(source, isSwapped ? [y, x] : [x, y]);
  return emit(source, isSwapped ? swapped : attributes, operands, name);
}

/** The kernel adds tensors of one shape: one that is broadcast is repeated before. */
function sum(source: Source, operands: readonly Value[], name: string): Value {
  const [x, y] = operands as readonly [Value, Value];
  // Of constants, the kernel adds one number for each channel; others are subtracted.
  if (typeof x === "number" && isReal(y)) return emit(source, SUB.attributes, [x, negated(y)], name);
  if (typeof y === "number" && isReal(x)) return emit(source, SUB.attributes, [y, negated(x)], name);
  const shapes = operands.map((operand) => ({ shape: shapeOf(source, operand), name, dtype: "float32" as const }));
  const shape = broadcastShape(shapes);
  const whole = operands.map((operand, i) => {
    const own = [...Array<number>(shape.length - shapes[i]!.shape.length).fill(1), ...shapes[i]!.shape];
    const multiples = shape.map((size, axis) => (own[axis] === 1 ? size : 1));
    if (multiples.every((times) => times === 1)) return operand;
    const ranked = reshape(source, operand, own, `${name}/${i}/ranked`);
    return emit(source, rare({ type: "tile", multiples }), [ranked], `${name}/${i}/repeated`);
  });
  return emit(source, { type: "add", ...NONE }, whole, name);
}

function isReal(operand: Value): operand is Tensor {
  return typeof operand !== "number" && operand.dtype === "float32";
}

function negated(tensor: Tensor): Tensor {
  return { ...tensor, data: Float32Array.from(tensor.data!, (number) => -number) };
}

/** Activations with fewer dimensions than the other operand get sizes of 1 in front, as broadcasting has them. */
function withRank(source: Source, operands: readonly Value[]): Value[] {
  const rank = Math.max(...operands.map((operand) => shapeOf(source, operand).length));
  return operands.map((operand, i) => {
    const shape = shapeOf(source, operand);
    if (typeof operand !== "number" || shape.length === rank) return operand;
    return reshape(source, operand, [...Array<number>(rank - shape.length).fill(1), ...shape], `${source.name}/${i}`);
  });
}

/** Whether y is a float32 constant of one number, or of one for each channel of x. */
function isPerChannel(source: Source, x: number, y: Value): y is Tensor {
  if (typeof y === "number" || y.dtype !== "float32" || source.net.tensor(x).dtype !== "float32") return false;
  const shape = source.net.shape(x);
  const count = elementCount(y.shape);
  return (
    shape.length >= Math.max(y.shape.length, 2) && (count === 1 || (count === y.shape.at(-1) && count === shape.at(-1)))
  );
}

function affine(source: Source, x: number, constant: Tensor, effect: Affine, name: string): Value {
  const { net } = source;
  const { data } = permuted(constant, Array.from(constant.shape.keys()));
  const channels = net.shape(x).at(-1)!;
  source.reads.take(channels);
  const values = data.length === 1 ? new Float32Array(channels).fill(data[0]!) : data;
  const part = (what: string, make: (value: number) => number) =>
    net.constant(`${name}/${what}`, [channels], Float32Array.from(values, make));
  const [gamma, beta] = [part("scale", (value) => effect(value)[0]), part("shift", (value) => effect(value)[1])];
  const [mean, variance] = [part("mean", () => 0), part("variance", () => 1)];
  return net.add(name, { type: "batchnorm", epsilon: 0 }, x, gamma, beta, mean, variance);
}

function readSquaredDifference(source: Source): Value {
  const difference = readBinary(source, SUB, `${source.name}/difference`);
  return emit(source, rare({ type: "square" }), [difference]);
}

/** Quotients rounded down have no kernel, and their host operators take any order. */
function readFloor(source: Source, type: "floordiv" | "floormod"): Value {
  return emit(source, rare({ type }), [input(source, 0), input(source, 1)]);
}

/** The sum of several tensors of one shape. */
function readAddN(source: Source): Value {
  const [first = missing("input 0"), ...others] = source.inputs;
  return others.reduce(
    (total, next, i) =>
      emit(
        source,
        { type: "add", activation: "none" },
        [total, next],
        i === others.length - 1 ? source.name : `${source.name}/${i}`,
      ),
    first,
  );
}

function readCast(source: Source): Value {
  const x = input(source, 0);
  const to = source.attributes.dtype("DstT", "float32");
  const from = typeof x === "number" ? source.net.tensor(x).dtype : x.dtype;
  return from === to ? x : emit(source, rare({ type: "cast", to }), [x]);
}

function readCompare(source: Source, relation: Extract<OpAttributes, { type: "compare" }>["relation"]): Value {
  return emit(source, rare({ type: "compare", relation }), [input(source, 0), input(source, 1)]);
}

function readSelect(source: Source): Value {
  return emit(source, rare({ type: "select" }), [input(source, 0), input(source, 1), input(source, 2)]);
}

/** Before its second version, a condition of one dimension chooses among the first dimension's parts. */
function readOldSelect(source: Source): Value {
  const [condition, x] = [input(source, 0), input(source, 1)].map((it) => shapeOf(source, it));
  if (condition!.length === 1 && x!.length > 1) throw new UnsupportedError("condition expected of all dimensions");
  return readSelect(source);
}

export const ELEMENTWISE: Readonly<Record<string, Reader>> = {
  Add: (source) => readBinary(source, ADD),
  AddN: readAddN,
  AddV2: (source) => readBinary(source, ADD),
  BiasAdd: (source) => readBinary(source, ADD),
  Cast: readCast,
  Equal: (source) => readCompare(source, "equal"),
  FloorDiv: (source) => readFloor(source, "floordiv"),
  FloorMod: (source) => readFloor(source, "floormod"),
  Greater: (source) => readCompare(source, "greater"),
  GreaterEqual: (source) => readCompare(source, "greaterEqual"),
  Less: (source) => readCompare(source, "less"),
  LessEqual: (source) => readCompare(source, "lessEqual"),
  LogicalAnd: (source) => emit(source, rare({ type: "logical", function: "and" }), [input(source, 0), input(source, 1)]), // prettier-ignore
  LogicalNot: (source) => emit(source, rare({ type: "logical", function: "not" }), [input(source, 0)]),
  LogicalOr: (source) => emit(source, rare({ type: "logical", function: "or" }), [input(source, 0), input(source, 1)]), // prettier-ignore
  Maximum: (source) => readBinary(source, commutative(rare({ type: "maximum", ...NONE }))),
  Minimum: (source) => readBinary(source, commutative(rare({ type: "minimum", ...NONE }))),
  Mul: (source) => readBinary(source, commutative(rare({ type: "mul", ...NONE }), TIMES)),
  NotEqual: (source) => readCompare(source, "notEqual"),
  RealDiv: (source) => readBinary(source, DIV),
  Select: readOldSelect,
  SelectV2: readSelect,
  SquaredDifference: readSquaredDifference,
  Sub: (source) => readBinary(source, SUB),
};
