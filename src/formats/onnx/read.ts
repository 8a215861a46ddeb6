/** Reader of ONNX models, operator sets 7 to 21. */
import { describe, FormatError, quote, UnsupportedError } from "../../errors.js";
import type { Contents } from "../../io/source.js";
import { CopyBudget } from "../../ir/budget.js";
import { GraphBuilder } from "../../ir/builder.js";
import { locate, type Graph } from "../../ir/graph.js";
import { formatShape } from "../../ir/tensor.js";
import { ARITHMETIC } from "./arithmetic.js";
import { decodeTensor, elementTypeOf, expectSizes, type Constant } from "./constants.js";
import { arranged, Arranger, IMAGE, inOrder, liesIn, shapeOf, type Activation, type Value } from "./layout.js";
import { OPERATORS } from "./operators.js";
import { foldQuantization } from "./qdq.js";
import { QUANTIZATION, quantizationOf } from "./quantization.js";
import { REARRANGING } from "./rearranging.js";
import { RESIZING } from "./resize.js";
import { decodeModel, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValueInfo } from "./schema.js";
import { Attributes, type Reader, type Source } from "./source.js";

type InputShapes = Readonly<Record<string, readonly number[]>>;

const READERS: Readonly<Record<string, Reader>> = {
  ...ARITHMETIC,
  ...OPERATORS,
  ...QUANTIZATION,
  ...REARRANGING,
  ...RESIZING,
};

/** The names of all operators that a model may have. */
export function supportedNodes(): string[] {
  return Object.keys(READERS).toSorted();
}

const [OLDEST, NEWEST] = [7, 21];

/**
 * Reads a model. Images are NHWC in the graph: inputs of four dimensions, unless the file transposes them first, and outputs
 * in which the channels lie last.
 *
 * @param inputShapes sizes by the names of inputs, in the file's order of dimensions.
 * @throws FormatError if it is damaged, UnsupportedError for an operator that this package lacks or a dimension that neither
 * the file nor `inputShapes` gives.
 */
export async function readOnnx(file: Contents, inputShapes: InputShapes = {}): Promise<Graph> {
  const { graph, opsets } = decodeModel(file.bytes);
  const version = opsets.get("") ?? 0;
  if (!(version >= OLDEST && version <= NEWEST)) {
    throw new UnsupportedError(`ONNX expected an operator set from ${OLDEST} to ${NEWEST}, got ${version}`);
  }
  const values = new Map<string, Value>();
  for (const constant of await readInitializers(graph.initializers, file)) values.set(constant.name, constant);
  const constants = [...values.values()] as Constant[];
  const copies = new CopyBudget(constants.map(({ name, shape }) => ({ name, shape, dtype: "float32", data: NOTHING })));
  const net = new GraphBuilder();
  const arranger = new Arranger(net);
  const context = { version, net, arranger, copies };
  readInputs(graph, inputShapes, values, context);
  for (const node of inOrderOf(graph)) {
    locate(`node ${quote(node.name || node.outputs[0] || "")} (${node.type})`, () => readNode(node, values, context));
  }
  const taken = new Set(graph.inputs.flatMap(({ name }) => tensorOf(values.get(name))));
  const outputs = graph.outputs.map(({ name }) =>
    locate(`output ${quote(name)}`, () => outputOf(name, values, context, taken)),
  );
  return named(foldQuantization(net.graph(outputs)), graph.outputs);
}

/** The graph with the file's names for its outputs. */
function named(graph: Graph, outputs: readonly OnnxValueInfo[]): Graph {
  const names = new Map(graph.outputs.map((tensor, i) => [tensor, outputs[i]!.name]));
  const tensors = graph.tensors.map((tensor, index) => ({ ...tensor, name: names.get(index) ?? tensor.name }));
  return { ...graph, tensors };
}

/** The tensor of an input, which is no constant. */
function tensorOf(value: Value | undefined): number[] {
  return value?.kind === "activation" ? [value.tensor] : [];
}

const NOTHING = new Float32Array(0);

type Context = Pick<Source, "version" | "net" | "arranger" | "copies">;

/** Files with elements of their own, beside the model. */
const MAX_EXTERNAL_FILES = 1000;

async function readInitializers(tensors: readonly OnnxTensor[], file: Contents): Promise<Constant[]> {
  const files = new Map<string, Uint8Array>();
  const constants: Constant[] = [];
  for (const tensor of tensors) {
    const location = tensor.isExternal ? locationOf(tensor) : undefined;
    if (location !== undefined && !files.has(location)) {
      if (!file.beside) {
        throw new TypeError(`"model" must be a path, a URL or a record of bytes by name: the elements of ${quote(tensor.name)} are in the file ${quote(location)}`); // prettier-ignore
      }
      if (files.size === MAX_EXTERNAL_FILES) {
        throw new UnsupportedError(`ONNX expected at most ${MAX_EXTERNAL_FILES} files of elements, got more`);
      }
      files.set(location, await file.beside(location));
    }
    const external = location === undefined ? undefined : partOf(tensor, files.get(location)!);
    constants.push(locate(`tensor ${quote(tensor.name)}`, () => decodeTensor(tensor, external)));
  }
  return constants;
}

/** The path of a file beside the model, or in a folder below. */
function locationOf({ external, name }: OnnxTensor): string {
  const location = (external.get("location") ?? "").replace(/^\.\//, "");
  const isBelow = location.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isBelow || /[\\:\p{Cc}]/u.test(location)) {
    throw new FormatError(
      `tensor ${quote(name)} expected its elements in a file beside the model, got ${quote(location)}`,
    );
  }
  return location;
}

function partOf({ external, name }: OnnxTensor, bytes: Uint8Array): Uint8Array {
  const offset = Number(external.get("offset") ?? 0);
  const length = Number(external.get("length") ?? bytes.length - offset);
  if (!(
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    Number.isSafeInteger(length) &&
    length >= 0 &&
    offset + length <= bytes.length
  )) {
    // prettier-ignore
    throw new FormatError(`tensor ${quote(name)} expected its elements within ${bytes.length} bytes, got ${length} from ${offset} on`); // prettier-ignore
  }
  return bytes.subarray(offset, offset + length);
}

function readInputs(graph: OnnxGraph, shapes: InputShapes, values: Map<string, Value>, context: Context): void {
  const given = new Set(Object.keys(shapes));
  const readers = readersByInput(graph);
  for (const info of graph.inputs) {
    given.delete(info.name);
    // Old files list their initializers among the inputs.
    if (values.has(info.name)) continue;
    locate(`input ${quote(info.name)}`, () => {
      const shape = sizesOf(info, Object.hasOwn(shapes, info.name) ? shapes[info.name] : undefined);
      values.set(info.name, readInput(info, shape, readers.get(info.name) ?? [], values, context));
    });
  }
  for (const name of given) {
    const names = graph.inputs.map((info) => info.name).filter((each) => values.get(each)?.kind === "activation");
    throw new RangeError(
      `"inputShapes" must have names of inputs (${names.slice(0, 8).join(", ")}), got ${quote(name)}`,
    );
  }
}

/** The nodes that read each value. */
function readersByInput({ nodes }: OnnxGraph): ReadonlyMap<string, OnnxNode[]> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}

/** The sizes of an input; a number of images that the file leaves open is 1. */
function sizesOf({ name, dims }: OnnxValueInfo, given: readonly number[] | undefined): readonly number[] {
  if (given !== undefined) {
    const fits = dims === undefined || (dims.length === given.length && dims.every((size, i) => size === -1 || size === given[i])); // prettier-ignore
    if (!Array.isArray(given) || !fits || !given.every((size) => Number.isInteger(size) && size >= 1)) {
      const expected = dims ? dims.map((size) => (size === -1 ? "?" : size)).join("×") : "sizes from 1";
      throw new RangeError(`"inputShapes" of ${quote(name)} must be ${expected}, got ${describe(given)}`);
    }
    return expectSizes(given);
  }
  const sizes = dims?.map((size, i) => (size === -1 && i === 0 ? 1 : size));
  if (!sizes || sizes.includes(-1)) {
    const got = sizes ? sizes.map((size) => (size === -1 ? "?" : size)).join("×") : "none";
    throw new UnsupportedError(`shape expected known sizes, got ${got}; the option "inputShapes" gives them`);
  }
  return expectSizes(sizes);
}

function readInput(
  { name, type }: OnnxValueInfo,
  shape: readonly number[],
  readers: readonly OnnxNode[],
  values: ReadonlyMap<string, Value>,
  context: Context,
): Activation {
  const { net } = context;
  const dtype = elementTypeOf(type);
  const order = shape.length === 4 && !isNhwc(readers) ? IMAGE : inOrder(shape.length);
  const sizes = order.map((dimension) => shape[dimension]!);
  if (dtype === "float32") return arranged(net.input(name, sizes), shape, order);
  // 8-bit inputs have their quantisation from the node that reads them.
  const [reader] = readers;
  if ((dtype !== "int8" && dtype !== "uint8") || reader?.type !== "DequantizeLinear") {
    throw new UnsupportedError(`input expected float32, or 8 bits for a DequantizeLinear, got ${dtype}`);
  }
  const { quantization } = quantizationOf(sourceOf(reader, values, context), shape.length);
  if (quantization.scale.length > 1) throw new UnsupportedError("input expected one scale, got several");
  return arranged(net.input(name, sizes, dtype, quantization), shape, order);
}

/** Whether an image is in NHWC already, which networks for NCHW begin with a transpose for. */
function isNhwc(readers: readonly OnnxNode[]): boolean {
  return (
    readers.length > 0 &&
    readers.every(({ type, attributes }) => type === "Transpose" && attributes.get("perm")?.ints.join() === "0,3,1,2")
  );
}

function sourceOf(
  { name, attributes, inputs, outputs }: OnnxNode,
  values: ReadonlyMap<string, Value>,
  context: Context,
) {
  return {
    ...context,
    name: outputs[0] || name,
    attributes: new Attributes(attributes),
    inputs: inputs.map((input) => (input === "" ? undefined : values.get(input))),
    outputs: outputs.length,
  } satisfies Source;
}

function readNode(node: OnnxNode, values: Map<string, Value>, context: Context): void {
  const reader = node.domain === "" && Object.hasOwn(READERS, node.type) ? READERS[node.type] : undefined;
  if (!reader) {
    const where = node.domain === "" ? "" : ` in the domain ${quote(node.domain)}`;
    throw new UnsupportedError(`not supported${where}; supported are ${supportedNodes().join(", ")}`);
  }
  const absent = node.inputs.find((input) => input !== "" && !values.has(input));
  if (absent !== undefined) throw new FormatError(`input ${quote(absent)} expected to be made by a node, got none`);
  const source = sourceOf(node, values, context);
  const stored = source.inputs.filter((value) => value?.kind === "constant") as Constant[];
  // Many operators compute with the real numbers of quantised constants.
  for (const { quantization, data } of stored) if (quantization && data.length > FEW) context.copies.take(data.length);
  const made = [reader(source)].flat() as Value[];
  for (const [i, value] of made.entries()) {
    if (value.kind === "constant" && value.data.length > FEW && !stored.some(({ data }) => data === value.data)) {
      context.copies.take(value.data.length);
    }
    const name = node.outputs[i];
    if (!name) continue;
    if (values.has(name)) throw new FormatError(`output ${quote(name)} expected to have no value yet`);
    values.set(name, value);
  }
}

/** Constants of so many elements may be computed at no cost. */
const FEW = 1024;

/** The nodes that the outputs need, each after those that it reads. */
function* inOrderOf({ nodes, outputs }: OnnxGraph): Generator<OnnxNode> {
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (makers.has(output)) throw new FormatError(`value ${quote(output)} expected to be made once`);
      makers.set(output, node);
    }
  }
  const state = new Map<OnnxNode, "entered" | "done">();
  const stack = outputs.flatMap(({ name }) => makers.get(name) ?? []).toReversed();
  while (stack.length) {
    const node = stack.at(-1)!;
    if (state.get(node) === "done") {
      stack.pop();
      continue;
    }
    const waiting = node.inputs
      .flatMap((input) => makers.get(input) ?? [])
      .filter((each) => state.get(each) !== "done");
    if (!waiting.length) {
      yield node;
      state.set(node, "done");
      continue;
    }
    if (waiting.some((each) => state.get(each) === "entered")) {
      throw new FormatError(`node ${quote(node.name)} (${node.type}) is part of a cycle`);
    }
    state.set(node, "entered");
    for (const each of waiting) stack.push(each);
  }
}

/** The tensor of an output of its own: in NHWC, unless an output of four dimensions lies in the file's order already. */
function outputOf(
  name: string,
  values: ReadonlyMap<string, Value>,
  { net, arranger }: Context,
  taken: Set<number>,
): number {
  const value = values.get(name);
  if (!value) throw new FormatError("expected to be made by a node, got none");
  if (value.kind === "constant") throw new UnsupportedError("expected computed, got a constant");
  const rank = value.dims.length;
  if (rank > 4) throw new UnsupportedError(`expected at most 4 dimensions, got ${formatShape(shapeOf(value))}`);
  const plain = inOrder(rank);
  const order = rank === 4 && (liesIn(value, IMAGE) || !liesIn(value, plain)) ? IMAGE : plain;
  const tensor = arranger.tensor(
    value,
    order.map((dimension) => [dimension]),
  );
  const own = taken.has(tensor) ? net.add(name, { type: "reshape", shape: net.shape(tensor) }, tensor) : tensor;
  taken.add(own);
  return own;
}
