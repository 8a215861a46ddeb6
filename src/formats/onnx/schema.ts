/**
 * The part of ONNX's schema that the reader needs, decoded from protocol buffers. The numbers of fields are those of
 * onnx/onnx.proto (github.com/onnx/onnx, Apache-2.0).
 */
import { PbfReader } from "pbf";
import { FormatError, ModelError, UnsupportedError } from "../../errors.js";

export interface OnnxModel {
  /** Versions of the operator sets by domain; "" is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly nodes: OnnxNode[];
  readonly initializers: OnnxTensor[];
  readonly inputs: OnnxValueInfo[];
  readonly outputs: OnnxValueInfo[];
}

export interface OnnxNode {
  name: string;
  domain: string;
  type: string;
  /** Names of values; "" stands for one that is left out. */
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: Map<string, OnnxAttribute>;
}

/** Holds the field that its type names; the others are empty. */
export interface OnnxAttribute {
  name: string;
  float: number;
  int: number;
  string: Uint8Array | undefined;
  tensor: OnnxTensor | undefined;
  readonly floats: number[];
  readonly ints: number[];
  /** It holds a graph, strings, or another thing that no supported operator has. */
  isOther: boolean;
}

export interface OnnxTensor {
  name: string;
  /** TensorProto.DataType */
  type: number;
  readonly dims: number[];
  /** The elements in little-endian order. */
  raw: Uint8Array | undefined;
  /** The elements in a list of their own type: packed or one by one, as the wire has them. */
  readonly lists: { readonly field: TypedField; readonly packed: Uint8Array | undefined; readonly value: number }[];
  /** Where the elements are in another file. */
  readonly external: Map<string, string>;
  isExternal: boolean;
  hasStrings: boolean;
}

export type TypedField = "float" | "int32" | "int64" | "double" | "uint64";

export interface OnnxValueInfo {
  name: string;
  /** TensorProto.DataType; 0 if it is not a tensor. */
  type: number;
  /** Sizes; a symbolic or missing one is -1. undefined if the file does not say how many there are. */
  dims: number[] | undefined;
}

/** Far above any network of this kind; the work of loading grows with these. */
const MAX_NODES = 20_000;
const MAX_TENSORS = 20_000;
const MAX_OPERANDS = 1000;
const MAX_ATTRIBUTES = 100;
const MAX_LIST = 100_000;
const MAX_DIMENSIONS = 16;

/**
 * Decodes a model.
 *
 * @throws FormatError if the bytes are not a protocol buffer of this schema, UnsupportedError for a model beyond all bounds.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const opsets = new Map<string, number>();
  let graph: OnnxGraph | undefined;
  try {
    const pbf = new PbfReader(bytes);
    fields(pbf, bytes.length, (field) => {
      if (field === 7) graph = readGraph(pbf);
      else if (field === 8) readOpset(pbf, opsets);
    });
  } catch (error) {
    // The library throws plain errors, and those of DataView where a number is cut off.
    if (error instanceof ModelError) throw error;
    throw new FormatError(`ONNX expected a protocol buffer: ${(error as Error).message}`, { cause: error });
  }
  if (!graph) throw new FormatError("ONNX expected a graph, got none");
  return { opsets, graph };
}

/** Reads the fields of a message that ends at `end`; those that `read` leaves alone are skipped. */
function fields(pbf: PbfReader, end: number, read: (field: number) => void): void {
  for (let field = pbf.nextField(end); field; field = pbf.nextField(end)) read(field);
  if (pbf.pos !== end) throw new FormatError(`ONNX expected a message that ends at byte ${end}, got one to ${pbf.pos}`);
}

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

function expectType(pbf: PbfReader, type: number): void {
  if (pbf.type !== type) throw new FormatError(`ONNX expected a field of wire type ${type}, got ${pbf.type}`);
}

/** Reads the message in a field. */
function message(pbf: PbfReader, read: (field: number) => void): void {
  fields(pbf, endOf(pbf), read);
}

/** Where the bytes of a field end. */
function endOf(pbf: PbfReader): number {
  expectType(pbf, BYTES);
  const end = pbf.readVarint() + pbf.pos;
  if (!(end <= pbf.length))
    throw new FormatError(`ONNX expected a field within ${pbf.length} bytes, got one to ${end}`);
  return end;
}

function bytesOf(pbf: PbfReader): Uint8Array {
  const end = endOf(pbf);
  const bytes = pbf.buf.subarray(pbf.pos, end);
  pbf.pos = end;
  return bytes;
}

/** A copy, so that buffers which can shrink do no harm. */
function text(pbf: PbfReader): string {
  return new TextDecoder().decode(bytesOf(pbf).slice());
}

/** A signed integer; beyond 2^53 it is rounded. */
function integer(pbf: PbfReader): number {
  expectType(pbf, VARINT);
  return pbf.readVarint(true);
}

function float(pbf: PbfReader): number {
  expectType(pbf, FIXED32);
  return pbf.readFloat();
}

/** Adds to a list of numbers, which may be packed. */
function numbers(pbf: PbfReader, into: number[], read: (pbf: PbfReader) => number, most: number): void {
  if (pbf.type === BYTES) {
    const end = endOf(pbf);
    while (pbf.pos < end) push(into, read(pbf), most);
    if (pbf.pos !== end) throw new FormatError("ONNX expected a list of numbers to end with a number");
  } else {
    push(into, read(pbf), most);
  }
}

function push<T>(list: T[], item: T, most: number): void {
  if (list.length === most) throw new UnsupportedError(`ONNX expected lists of at most ${most} elements, got more`);
  list.push(item);
}

function readOpset(pbf: PbfReader, opsets: Map<string, number>): void {
  let [domain, version] = ["", 0];
  message(pbf, (field) => {
    if (field === 1) domain = text(pbf);
    else if (field === 2) version = integer(pbf);
  });
  opsets.set(domain === "ai.onnx" ? "" : domain, version);
  if (opsets.size > MAX_ATTRIBUTES) throw new UnsupportedError(`ONNX expected at most ${MAX_ATTRIBUTES} operator sets`);
}

function readGraph(pbf: PbfReader): OnnxGraph {
  const graph: OnnxGraph = { nodes: [], initializers: [], inputs: [], outputs: [] };
  message(pbf, (field) => {
    if (field === 1) push(graph.nodes, readNode(pbf), MAX_NODES);
    else if (field === 5) push(graph.initializers, readTensor(pbf), MAX_TENSORS);
    else if (field === 11) push(graph.inputs, readValueInfo(pbf), MAX_TENSORS);
    else if (field === 12) push(graph.outputs, readValueInfo(pbf), MAX_OPERANDS);
    else if (field === 15) throw new UnsupportedError("ONNX expected dense initializers, got a sparse one");
  });
  return graph;
}

function readNode(pbf: PbfReader): OnnxNode {
  const node: OnnxNode = { name: "", domain: "", type: "", inputs: [], outputs: [], attributes: new Map() };
  message(pbf, (field) => {
    if (field === 1) push(node.inputs, text(pbf), MAX_OPERANDS);
    else if (field === 2) push(node.outputs, text(pbf), MAX_OPERANDS);
    else if (field === 3) node.name = text(pbf);
    else if (field === 4) node.type = text(pbf);
    else if (field === 5) {
      const attribute = readAttribute(pbf);
      node.attributes.set(attribute.name, attribute);
      if (node.attributes.size > MAX_ATTRIBUTES) {
        throw new UnsupportedError(`ONNX expected at most ${MAX_ATTRIBUTES} attributes of a node, got more`);
      }
    } else if (field === 7) node.domain = text(pbf);
  });
  if (node.domain === "ai.onnx") node.domain = "";
  return node;
}

function readAttribute(pbf: PbfReader): OnnxAttribute {
  const attribute: OnnxAttribute = {
    name: "",
    float: 0,
    int: 0,
    string: undefined,
    tensor: undefined,
    floats: [],
    ints: [],
    isOther: false,
  };
  message(pbf, (field) => {
    if (field === 1) attribute.name = text(pbf);
    else if (field === 2) attribute.float = float(pbf);
    else if (field === 3) attribute.int = integer(pbf);
    else if (field === 4) attribute.string = bytesOf(pbf);
    else if (field === 5) attribute.tensor = readTensor(pbf);
    else if (field === 7) numbers(pbf, attribute.floats, (from) => from.readFloat(), MAX_LIST);
    else if (field === 8) numbers(pbf, attribute.ints, (from) => from.readVarint(true), MAX_LIST);
    else if (field !== 13 && field !== 20) attribute.isOther = true; // a doc string, the type
  });
  return attribute;
}

function readTensor(pbf: PbfReader): OnnxTensor {
  const tensor: OnnxTensor = {
    name: "",
    type: 0,
    dims: [],
    raw: undefined,
    lists: [],
    external: new Map(),
    isExternal: false,
    hasStrings: false,
  };
  message(pbf, (field) => {
    if (field === 1) numbers(pbf, tensor.dims, (from) => from.readVarint(true), MAX_DIMENSIONS);
    else if (field === 2) tensor.type = integer(pbf);
    else if (field === 8) tensor.name = text(pbf);
    else if (field === 9) tensor.raw = bytesOf(pbf);
    else if (field === 6) tensor.hasStrings = true;
    else if (field === 13) readExternal(pbf, tensor.external);
    else if (field === 14) tensor.isExternal = integer(pbf) === 1;
    else if (Object.hasOwn(TYPED_FIELDS, field)) readList(pbf, tensor, TYPED_FIELDS[field]!);
  });
  return tensor;
}

const TYPED_FIELDS: Readonly<Record<number, TypedField>> = {
  4: "float",
  5: "int32",
  7: "int64",
  10: "double",
  11: "uint64",
};

function readList(pbf: PbfReader, { lists }: OnnxTensor, field: TypedField): void {
  if (pbf.type === BYTES) return push(lists, { field, packed: bytesOf(pbf), value: 0 }, MAX_LIST);
  push(lists, { field, packed: undefined, value: readElement(pbf, field) }, MAX_LIST);
}

/** One element of a list; the wire type has been checked, or there is none in a packed list. */
export function readElement(pbf: PbfReader, field: TypedField): number {
  if (field === "float") return pbf.readFloat();
  return field === "double" ? pbf.readDouble() : pbf.readVarint(true);
}

function readExternal(pbf: PbfReader, external: Map<string, string>): void {
  let [key, value] = ["", ""];
  message(pbf, (field) => {
    if (field === 1) key = text(pbf);
    else if (field === 2) value = text(pbf);
  });
  external.set(key, value);
  if (external.size > MAX_ATTRIBUTES)
    throw new UnsupportedError("ONNX expected a location of external data, got a list");
}

function readValueInfo(pbf: PbfReader): OnnxValueInfo {
  const info: OnnxValueInfo = { name: "", type: 0, dims: undefined };
  message(pbf, (field) => {
    if (field === 1) info.name = text(pbf);
    else if (field === 2) message(pbf, (kind) => (kind === 1 ? readTensorType(pbf, info) : undefined));
  });
  return info;
}

function readTensorType(pbf: PbfReader, info: OnnxValueInfo): void {
  message(pbf, (field) => {
    if (field === 1) info.type = integer(pbf);
    else if (field === 2) info.dims = readShape(pbf);
  });
}

function readShape(pbf: PbfReader): number[] {
  const dims: number[] = [];
  message(pbf, (field) => {
    if (field !== 1) return;
    let size = -1;
    message(pbf, (part) => {
      if (part === 1) size = integer(pbf);
    });
    push(dims, size > 0 ? size : -1, MAX_DIMENSIONS);
  });
  return dims;
}
