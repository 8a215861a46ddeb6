/** Graph models of TensorFlow.js: TensorFlow's graph, converted from a SavedModel. One function an operator. */
import { describe, FormatError, quote, UnsupportedError } from "../../errors.js";
import { GraphBuilder } from "../../ir/builder.js";
import { locate, type Graph } from "../../ir/graph.js";
import type { Activation } from "../../ir/ops/module.js";
import { elementCount, formatShape, type Tensor } from "../../ir/tensor.js";
import { NO_PADDING, samePadding, type Padding, type Size } from "../../ir/window.js";
import { asArray, asNumber, asObject, asShortArray, asString, asWhole, type JsonObject } from "../json.js";
import { CopyBudget } from "../../ir/budget.js";
import { permuted } from "../../ir/permute.js";
import { reshaped } from "./reshape.js";

/** Far above any network of this kind; the work of loading grows with it. */
const MAX_NODES = 20_000;

/** Inputs of a node, dimensions of a shape, and elements of a list: operators that we have take fewer. */
const MAX_LIST = 100;

interface Node {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes whose first output it reads. */
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
}

/** What a node gives: an activation, which is a tensor of the graph, or a constant. */
type Value = number | Tensor;

/** A node on the way into the graph, with what it reads. */
interface Source {
  readonly name: string;
  readonly attributes: Attributes;
  readonly inputs: readonly Value[];
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly reads: CopyBudget;
  readonly net: GraphBuilder;
}

const READERS: Readonly<Record<string, (source: Source) => Value>> = {
  Add: (source) => readBinary(source, PLUS),
  AddV2: (source) => readBinary(source, PLUS),
  AvgPool: readAveragePool,
  BiasAdd: (source) => readBinary(source, PLUS),
  Const: readConst,
  Conv2D: (source) => readConvolution(source, "convolution"),
  DepthwiseConv2dNative: (source) => readConvolution(source, "depthwise"),
  FusedBatchNorm: readBatchNorm,
  FusedBatchNormV2: readBatchNorm,
  FusedBatchNormV3: readBatchNorm,
  FusedDepthwiseConv2dNative: (source) => readConvolution(source, "depthwise"),
  Identity: ({ inputs }) => inputs[0] ?? missing("input 0"),
  MatMul: readMatMul,
  Mean: readMean,
  Mul: (source) => readBinary(source, TIMES),
  Pad: readPad,
  Placeholder: readPlaceholder,
  Relu: (source) => unary(source, { type: "activation", activation: "relu" }),
  Relu6: (source) => unary(source, { type: "activation", activation: "relu6" }),
  Reshape: readReshape,
  Softmax: (source) => unary(source, { type: "softmax", beta: 1 }),
  Squeeze: readSqueeze,
  Sub: (source) => readBinary(source, MINUS),
  _FusedConv2D: (source) => readConvolution(source, "convolution"),
  _FusedMatMul: readMatMul,
};

/**
 * The graph of a graph model for one image: what its outputs need, in the order in which it can be computed.
 *
 * @param topology `modelTopology` of the file.
 * @param signature `signature` of the file; without one, the outputs are the nodes that no other reads.
 * @param weights the constants by the names of their nodes.
 */
export function readGraphModel(topology: JsonObject, signature: unknown, weights: ReadonlyMap<string, Tensor>): Graph {
  const nodes = readNodes(topology);
  const wanted = outputsOf(nodes, signature);
  const net = new GraphBuilder();
  const values = new Map<string, Value>();
  const reads = new CopyBudget(weights.values());
  for (const node of inOrder(nodes, wanted)) {
    const { name, op, attributes } = node;
    locate(`node ${quote(name)} (${op})`, () => {
      const reader = Object.hasOwn(READERS, op) ? READERS[op] : undefined;
      if (!reader) throw new UnsupportedError(`not supported; supported are ${Object.keys(READERS).join(", ")}`);
      const inputs = node.inputs.map((input) => values.get(input)!);
      for (const value of inputs) if (typeof value !== "number") reads.take(elementCount(value.shape));
      values.set(name, reader({ name, attributes, inputs, weights, reads, net }));
    });
  }
  return net.graph(
    wanted.map((name) => {
      const value = values.get(name)!;
      if (typeof value !== "number") throw new UnsupportedError(`output ${quote(name)} expected not constant`);
      return value;
    }),
  );
}

function readNodes(topology: JsonObject): Map<string, Node> {
  const list = asArray(topology.node, "modelTopology.node");
  if (list.length > MAX_NODES) throw new UnsupportedError(`expected at most ${MAX_NODES} nodes, got ${list.length}`);
  const nodes = new Map<string, Node>();
  for (const [index, json] of list.entries()) {
    const node = asObject(json, `node ${index}`);
    const name = asString(node.name, `node ${index}: name`);
    if (nodes.has(name)) throw new FormatError(`node ${quote(name)} expected once`);
    const inputs = asShortArray(node.input ?? [], `node ${quote(name)}: input`, MAX_LIST)
      .map((input) => asString(input, `node ${quote(name)}: input`))
      .filter((input) => !input.startsWith("^")) // only says what runs first
      .map(firstOutput);
    const attributes = new Attributes(asObject(node.attr ?? {}, `node ${quote(name)}: attr`));
    nodes.set(name, { name, op: asString(node.op, `node ${quote(name)}: op`), inputs, attributes });
  }
  return nodes;
}

/** `name` or `name:0` is the first output of a node, the only one that our operators have. */
function firstOutput(reference: string): string {
  const [, name, output = "0"] = /^(.*?)(?::(\d+))?$/s.exec(reference)!;
  if (output !== "0") throw new UnsupportedError(`expected first outputs only, got ${quote(reference)}`);
  return name!;
}

function outputsOf(nodes: ReadonlyMap<string, Node>, signature: unknown): string[] {
  const { outputs } = asObject(signature ?? {}, "signature");
  if (outputs !== undefined) {
    return Object.values(asObject(outputs, "signature.outputs")).map((output) =>
      firstOutput(asString(asObject(output, "signature.outputs").name, "signature.outputs: name")),
    );
  }
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs));
  return [...nodes.values()].filter(({ name, op }) => op !== "Const" && !read.has(name)).map(({ name }) => name);
}

/** The nodes that `wanted` need, each after those that it reads. */
function* inOrder(nodes: ReadonlyMap<string, Node>, wanted: readonly string[]): Generator<Node> {
  const state = new Map<string, "entered" | "done">();
  const stack = wanted.toReversed();
  while (stack.length) {
    const name = stack.at(-1)!;
    const node = nodes.get(name);
    if (!node) throw new FormatError(`there is no node ${quote(name)}, which the outputs need`);
    if (state.get(name) === "done") {
      stack.pop();
      continue;
    }
    const waiting = node.inputs.filter((input) => state.get(input) !== "done");
    if (!waiting.length) {
      yield node;
      state.set(name, "done");
      continue;
    }
    if (waiting.some((input) => state.get(input) === "entered")) {
      throw new FormatError(`node ${quote(name)} is part of a cycle`);
    }
    state.set(name, "entered");
    for (const input of waiting) stack.push(input);
  }
}

/** The attributes of a node, as protocol buffers in JSON have them. Their defaults are TensorFlow's. */
class Attributes {
  readonly #json: JsonObject;

  constructor(json: JsonObject) {
    this.#json = json;
  }

  /** The value under a key of the union that attributes are; undefined if the node does not say. */
  #value(name: string, kind: string): unknown {
    const attribute = this.#json[name];
    return attribute === undefined ? undefined : asObject(attribute, name)[kind];
  }

  #list(name: string, kind: string): readonly unknown[] {
    const list = this.#value(name, "list");
    return list === undefined ? [] : asShortArray(asObject(list, name)[kind] ?? [], name, MAX_LIST);
  }

  flag(name: string): boolean {
    return this.#value(name, "b") === true;
  }

  number(name: string, fallback: number): number {
    return asNumber(this.#value(name, "f") ?? fallback, name);
  }

  /** 64-bit integers are text. */
  whole(name: string): readonly number[] {
    return this.#list(name, "i").map((value) => asWhole(integer(value), name, -(2 ** 31)));
  }

  string(name: string, fallback: string): string {
    const value = this.#value(name, "s");
    return value === undefined ? fallback : decoded(value, name);
  }

  strings(name: string): readonly string[] {
    return this.#list(name, "s").map((value) => decoded(value, name));
  }

  /** Sizes; -1 is any. */
  shape(name: string): readonly number[] {
    const dimensions = asObject(this.#value(name, "shape") ?? {}, name).dim;
    return asShortArray(dimensions ?? [], name, MAX_LIST).map((dim) =>
      asWhole(integer(asObject(dim, name).size ?? 0), name, -1),
    );
  }
}

/** The number that text stands for; anything but text as it is. */
function integer(value: unknown): unknown {
  return typeof value === "string" && /^-?\d{1,20}$/.test(value) ? Number(value) : value;
}

/** Bytes are text in base 64; old files have them as numbers. */
function decoded(value: unknown, name: string): string {
  if (Array.isArray(value)) {
    return asShortArray(value, name, MAX_LIST)
      .map((code) => String.fromCharCode(asWhole(code, name)))
      .join("");
  }
  try {
    return atob(asString(value, name));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${name} expected base 64, got ${describe(value)}`);
  }
}

function readPlaceholder({ name, attributes, net }: Source): number {
  const [images, ...sizes] = attributes.shape("shape");
  if (sizes.includes(-1) || (images !== -1 && images !== 1)) {
    throw new UnsupportedError(
      `shape expected any number of images of a fixed size, got ${formatShape([images ?? 0, ...sizes])}`,
    );
  }
  return net.input(name, [1, ...sizes]);
}

function readConst({ name, weights }: Source): Tensor {
  return weights.get(name) ?? missing(`weight ${quote(name)}`);
}

function readConvolution(source: Source, type: "convolution" | "depthwise"): number {
  const { name, attributes, net } = source;
  const x = activation(source, 0);
  // [kh, kw, in, out], or for depthwise [kh, kw, channels, multiplier].
  const filter = constant(source, 1);
  const weights = permuted(filter, [3, 0, 1, 2]);
  if (type === "depthwise" && weights.shape[0] !== 1) {
    throw new UnsupportedError(`depth multiplier expected 1, got ${weights.shape[0]}`);
  }
  const [, height, width] = weights.shape as [number, number, number];
  const stride = readWindow(attributes, "strides");
  const padding = readPadding(attributes, net.shape(x), [height, width], stride);
  const { bias, clamp } = readFused(source);
  const inputs = [x, net.constant(filter.name, weights.shape, weights.data), ...bias];
  return net.add(name, { type, stride, padding, activation: clamp }, ...inputs);
}

function readMatMul(source: Source): number {
  const { name, attributes, net } = source;
  if (attributes.flag("transpose_a")) throw new UnsupportedError("transpose_a expected false, got true");
  const matrix = constant(source, 1);
  const weights = permuted(matrix, attributes.flag("transpose_b") ? [0, 1] : [1, 0]);
  const { bias, clamp } = readFused(source);
  const inputs = [activation(source, 0), net.constant(matrix.name, weights.shape, weights.data), ...bias];
  return net.add(name, { type: "fullyconnected", activation: clamp }, ...inputs);
}

const CLAMPS: ReadonlyMap<string, Activation> = new Map([
  ["", "none"],
  ["Relu", "relu"],
  ["Relu6", "relu6"],
]);

/** The operators that a fused one has in it: none, a bias, a bias and a clamp. */
function readFused(source: Source): { bias: readonly number[]; clamp: Activation } {
  const [first, second = "", ...others] = source.attributes.strings("fused_ops");
  if (first === undefined) return { bias: [], clamp: "none" };
  const clamp = CLAMPS.get(second);
  if (first !== "BiasAdd" || clamp === undefined || others.length) {
    throw new UnsupportedError(`fused_ops expected BiasAdd, then Relu, Relu6 or none, got ${[first, second, ...others].join(", ")}`); // prettier-ignore
  }
  return { bias: [vector(source, 2)], clamp };
}

/** What a constant does to each channel: multiplies it by the one, then adds the other. */
type Affine = (value: number) => readonly [scale: number, shift: number];

const PLUS: Affine = (value) => [1, value];
const MINUS: Affine = (value) => [1, -value];
const TIMES: Affine = (value) => [value, 0];

/** Two activations that are added; or one and a constant, as a batch norm, which the layer before it takes in. */
function readBinary(source: Source, affine: Affine): number {
  const { name, net, attributes, inputs } = source;
  expectChannelsLast(attributes);
  if (affine === PLUS && typeof inputs[0] === "number" && typeof inputs[1] === "number") {
    return net.add(name, { type: "add", activation: "none" }, inputs[0], inputs[1]);
  }
  // Sums and products may have their constant first.
  const constantFirst = affine !== MINUS && typeof inputs[0] !== "number";
  const x = activation(source, constantFirst ? 1 : 0);
  const tensor = constant(source, constantFirst ? 0 : 1);
  const { shape, data } = permuted(tensor, Array.from(tensor.shape.keys()));
  if (data.length !== 1 && data.length !== shape.at(-1)) {
    throw new UnsupportedError(`constant expected one number, or one for each channel, got ${formatShape(shape)}`);
  }
  const channels = data.length === 1 ? (net.shape(x).at(-1) ?? 1) : data.length;
  source.reads.take(channels);
  const values = data.length === 1 ? new Float32Array(channels).fill(data[0]!) : data;
  const part = (what: string, make: (value: number) => number) =>
    net.constant(`${name}/${what}`, [values.length], Float32Array.from(values, make));
  const [gamma, beta] = [part("scale", (value) => affine(value)[0]), part("shift", (value) => affine(value)[1])];
  const [mean, variance] = [part("mean", () => 0), part("variance", () => 1)];
  return net.add(name, { type: "batchnorm", epsilon: 0 }, x, gamma, beta, mean, variance);
}

function readBatchNorm(source: Source): number {
  const { name, net, attributes } = source;
  expectChannelsLast(attributes);
  const epsilon = attributes.number("epsilon", 1e-4);
  const statistics = [1, 2, 3, 4].map((index) => vector(source, index));
  return net.add(name, { type: "batchnorm", epsilon }, activation(source, 0), ...statistics);
}

function readAveragePool(source: Source): number {
  const { name, attributes, net } = source;
  const x = activation(source, 0);
  const kernel = readWindow(attributes, "ksize");
  const stride = readWindow(attributes, "strides");
  const padding = readPadding(attributes, net.shape(x), kernel, stride);
  return net.add(name, { type: "averagepool", kernel, stride, padding, activation: "none" }, x);
}

function readMean(source: Source): number {
  const { name, attributes, net } = source;
  const x = activation(source, 0);
  const rank = net.shape(x).length;
  const axes = integers(source, 1).map((axis) => (axis < 0 ? axis + rank : axis));
  if (rank !== 4 || axes.toSorted((a, b) => a - b).join() !== "1,2") {
    throw new UnsupportedError(`axes expected height and width of 4 dimensions, got ${axes.join()} of ${rank}`);
  }
  return net.add(name, { type: "mean", keepDims: attributes.flag("keep_dims") }, x);
}

function readPad(source: Source): number {
  const { name, net } = source;
  const amounts = integers(source, 1);
  const [before, after, top, bottom, left, right, first, last] = amounts as [number, number, number, number, number, number, number, number]; // prettier-ignore
  if (amounts.length !== 8 || amounts.some((amount) => amount < 0) || before || after || first || last) {
    throw new UnsupportedError(`paddings expected of height and width of 4 dimensions, got ${amounts.join()}`);
  }
  return net.add(name, { type: "pad", padding: { top, bottom, left, right } }, activation(source, 0));
}

function readReshape(source: Source): Value {
  const { name, net } = source;
  return reshaped(net, name, activation(source, 0), integers(source, 1));
}

/** Without the dimensions of size 1 that `squeeze_dims` names, or without all of them. */
function readSqueeze(source: Source): number {
  const { name, attributes, net } = source;
  const x = activation(source, 0);
  const shape = net.shape(x);
  const axes = attributes.whole("squeeze_dims").map((axis) => (axis < 0 ? axis + shape.length : axis));
  if (axes.some((axis) => shape[axis] !== 1)) {
    throw new FormatError(`squeeze_dims expected sizes of 1, got ${axes.join()} of ${formatShape(shape)}`);
  }
  const left = shape.filter((size, axis) => (axes.length ? !axes.includes(axis) : size !== 1));
  return reshaped(net, name, x, left);
}

function unary(source: Source, attributes: Parameters<GraphBuilder["add"]>[1]): number {
  return source.net.add(source.name, attributes, activation(source, 0));
}

function activation({ inputs }: Source, index: number): number {
  const value = inputs[index] ?? missing(`input ${index}`);
  if (typeof value !== "number") throw new UnsupportedError(`input ${index} expected not constant, got ${value.name}`);
  return value;
}

function constant({ inputs }: Source, index: number): Tensor {
  const value = inputs[index] ?? missing(`input ${index}`);
  if (typeof value === "number") throw new UnsupportedError(`input ${index} expected constant`);
  return value;
}

/** A constant with one number for each channel. */
function vector(source: Source, index: number): number {
  const tensor = constant(source, index);
  const { shape, data } = permuted(tensor, [0]);
  return source.net.constant(tensor.name, shape, data);
}

function integers(source: Source, index: number): number[] {
  const { data, dtype } = constant(source, index);
  if (dtype !== "int32") throw new UnsupportedError(`input ${index} expected int32, got ${dtype}`);
  return Array.from(data!);
}

function missing(what: string): never {
  throw new FormatError(`${what} is missing`);
}

/** Height and width of a size that is given for four dimensions. */
function readWindow(attributes: Attributes, name: string): Size {
  expectChannelsLast(attributes);
  if (attributes.whole("dilations").some((size) => size !== 1)) {
    throw new UnsupportedError(`dilations expected 1×1, got ${formatShape(attributes.whole("dilations"))}`);
  }
  const sizes = attributes.whole(name);
  const [images, height, width, channels] = sizes as [number, number, number, number];
  if (sizes.length !== 4 || images !== 1 || channels !== 1 || height < 1 || width < 1) {
    throw new UnsupportedError(`${name} expected along height and width, got ${formatShape(sizes)}`);
  }
  return [height, width];
}

function readPadding(attributes: Attributes, x: readonly number[], kernel: Size, stride: Size): Padding {
  const padding = attributes.string("padding", "");
  if (padding === "VALID") return NO_PADDING;
  if (padding === "SAME") return samePadding([x[1]!, x[2]!], kernel, stride);
  throw new UnsupportedError(`padding expected SAME or VALID, got ${describe(padding)}`);
}

function expectChannelsLast(attributes: Attributes): void {
  const format = attributes.string("data_format", "NHWC");
  if (format !== "NHWC") throw new UnsupportedError(`data_format expected NHWC, got ${describe(format)}`);
}
