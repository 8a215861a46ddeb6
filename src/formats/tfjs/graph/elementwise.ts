/** Nodes that combine tensors element by element, with broadcasting. */
import { UnsupportedError } from "../../../errors.js";
import { permuted } from "../../../ir/permute.js";
import { rare } from "../../../ir/rare.js";
import type { OpAttributes } from "../../../ir/ops/index.js";
import { elementCount, type Tensor } from "../../../ir/tensor.js";
import { emit, missing, shapeOf, value, type Attached, type Reader, type Source, type Value } from "./source.js";
import { expectChannelsLast } from "./window.js";

/** The effect of a constant on each channel: a factor, and then a summand. */
type Affine = (value: number) => readonly [scale: number, shift: number];

const PLUS: Affine = (value) => [1, value];
const TIMES: Affine = (value) => [value, 0];

/** Operators with two operands, and their effect where the second or the first is constant, if it is affine. */
interface Binary {
  readonly attributes: Attached;
  readonly second?: Affine;
  readonly first?: Affine;
}

const BINARY = rare({
  Add: { attributes: { type: "add", activation: "none" }, second: PLUS, first: PLUS },
  Sub: { attributes: rare({ type: "sub", activation: "none" }), second: (value) => [1, -value], first: (value) => [-1, value] }, // prettier-ignore
  Mul: { attributes: rare({ type: "mul", activation: "none" }), second: TIMES, first: TIMES },
  RealDiv: { attributes: rare({ type: "div", activation: "none" }), second: (value) => [1 / value, 0] },
  Maximum: { attributes: rare({ type: "maximum" }) },
  Minimum: { attributes: rare({ type: "minimum" }) },
  FloorDiv: { attributes: rare({ type: "floordiv" }) },
  FloorMod: { attributes: rare({ type: "floormod" }) },
  SquaredDifference: { attributes: rare({ type: "squareddifference" }) },
} as const satisfies Readonly<Record<string, Binary>>);

/** An activation and a constant for each channel become a batch norm, which a layer before it takes in. */
function readBinary(source: Source, { attributes, second, first }: Binary): Value {
  expectChannelsLast(source.attributes);
  const [x, y] = [value(source, 0), value(source, 1)];
  if (second && typeof x === "number" && isPerChannel(source, x, y)) return affine(source, x, y, second);
  if (first && typeof y === "number" && isPerChannel(source, y, x)) return affine(source, y, x, first);
  return emit(source, attributes, [x, y]);
}

/** Whether y is a float32 constant of one number, or of one for each channel of x. */
function isPerChannel(source: Source, x: number, y: Value): y is Tensor {
  if (typeof y === "number" || y.dtype !== "float32") return false;
  const shape = source.net.shape(x);
  const count = elementCount(y.shape);
  return (
    shape.length >= Math.max(y.shape.length, 2) && (count === 1 || (count === y.shape.at(-1) && count === shape.at(-1)))
  );
}

function affine(source: Source, x: number, constant: Tensor, effect: Affine): Value {
  const { name, net } = source;
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

/** The sum of several tensors of one shape. */
function readAddN(source: Source): Value {
  const [first = missing("input 0"), ...others] = source.inputs;
  return others.reduce(
    (sum, next, i) =>
      emit(
        source,
        { type: "add", activation: "none" },
        [sum, next],
        i === others.length - 1 ? source.name : `${source.name}/${i}`,
      ),
    first,
  );
}

function readCast(source: Source): Value {
  const x = value(source, 0);
  const to = source.attributes.dtype("DstT", "float32");
  const from = typeof x === "number" ? source.net.tensor(x).dtype : x.dtype;
  return from === to ? x : emit(source, rare({ type: "cast", to }), [x]);
}

function readCompare(source: Source, relation: Extract<OpAttributes, { type: "compare" }>["relation"]): Value {
  return emit(source, rare({ type: "compare", relation }), [value(source, 0), value(source, 1)]);
}

function readSelect(source: Source): Value {
  return emit(source, rare({ type: "select" }), [value(source, 0), value(source, 1), value(source, 2)]);
}

/** Before its second version, a condition of one dimension chooses among the first dimension's parts. */
function readOldSelect(source: Source): Value {
  const [condition, x] = [value(source, 0), value(source, 1)].map((it) => shapeOf(source, it));
  if (condition!.length === 1 && x!.length > 1) throw new UnsupportedError("condition expected of all dimensions");
  return readSelect(source);
}

export const ELEMENTWISE: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(
    Object.entries(BINARY).map(([name, binary]) => [name, (source: Source) => readBinary(source, binary)]),
  ),
  AddN: readAddN,
  AddV2: (source) => readBinary(source, BINARY.Add),
  BiasAdd: (source) => readBinary(source, BINARY.Add),
  Cast: readCast,
  Equal: (source) => readCompare(source, "equal"),
  Greater: (source) => readCompare(source, "greater"),
  GreaterEqual: (source) => readCompare(source, "greaterEqual"),
  Less: (source) => readCompare(source, "less"),
  LessEqual: (source) => readCompare(source, "lessEqual"),
  LogicalAnd: (source) => emit(source, rare({ type: "logical", function: "and" }), [value(source, 0), value(source, 1)]), // prettier-ignore
  LogicalNot: (source) => emit(source, rare({ type: "logical", function: "not" }), [value(source, 0)]),
  LogicalOr: (source) => emit(source, rare({ type: "logical", function: "or" }), [value(source, 0), value(source, 1)]), // prettier-ignore
  NotEqual: (source) => readCompare(source, "notEqual"),
  Select: readOldSelect,
  SelectV2: readSelect,
};
