/** ONNX files written by tests: nodes, constants and shapes in the file's own order. */
import { PbfWriter } from "pbf";

export type OnnxData = Float32Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;

export interface OnnxConstant {
  readonly shape: readonly number[];
  readonly data: OnnxData;
  /** Where the elements are, if in another file. */
  readonly external?: { readonly location: string; readonly offset?: number; readonly length?: number };
  /** In the list that the type has of its own. Default: raw bytes. */
  readonly asList?: boolean;
}

export type OnnxAttributeValue = number | string | readonly number[] | { readonly float: number } | OnnxConstant;

export interface OnnxNodeSource {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttributeValue>>;
  readonly domain?: string;
}

export interface OnnxSource {
  readonly nodes: readonly OnnxNodeSource[];
  readonly constants?: Readonly<Record<string, OnnxConstant>>;
  /** Sizes by name; a text is symbolic. float32 unless `types` says otherwise. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  /** TensorProto.DataType by the names of inputs. */
  readonly types?: Readonly<Record<string, number>>;
  /** Default: 13. */
  readonly opset?: number;
}

export function onnxFile({ nodes, constants = {}, inputs, outputs, types = {}, opset = 13 }: OnnxSource): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 8);
  pbf.writeMessage(7, (_, graph) => {
    for (const node of nodes) graph.writeMessage(1, writeNode, node);
    graph.writeStringField(2, "graph");
    for (const [name, constant] of Object.entries(constants)) graph.writeMessage(5, writeTensor, { name, ...constant });
    for (const [name, sizes] of Object.entries(inputs)) {
      graph.writeMessage(11, writeValueInfo, { name, sizes, type: types[name] ?? 1 });
    }
    for (const name of outputs) graph.writeMessage(12, (_none, info) => info.writeStringField(1, name), null);
  }, null); // prettier-ignore
  pbf.writeMessage(8, (_, set) => set.writeVarintField(2, opset), null);
  return pbf.finish();
}

function writeNode(node: OnnxNodeSource, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(4, node.type);
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    pbf.writeMessage(5, writeAttribute, { name, value });
  if (node.domain) pbf.writeStringField(7, node.domain);
}

function writeAttribute({ name, value }: { name: string; value: OnnxAttributeValue }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, 2);
  } else if (typeof value === "string") {
    pbf.writeBytesField(4, new TextEncoder().encode(value));
    pbf.writeVarintField(20, 3);
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, 1);
  } else if ("data" in value) {
    pbf.writeMessage(5, writeTensor, { name: "", ...value });
    pbf.writeVarintField(20, 4);
  } else {
    pbf.writePackedVarint(8, [...value]);
    pbf.writeVarintField(20, 7);
  }
}

function typeOf(data: OnnxData): number {
  if (data instanceof Float32Array) return 1;
  if (data instanceof Uint8Array) return 2;
  if (data instanceof Int8Array) return 3;
  return data instanceof Int32Array ? 6 : 7;
}

function writeTensor({ name, shape, data, external, asList }: OnnxConstant & { name: string }, pbf: PbfWriter): void {
  pbf.writePackedVarint(1, [...shape]);
  pbf.writeVarintField(2, typeOf(data));
  pbf.writeStringField(8, name);
  if (external) {
    for (const [key, value] of Object.entries(external)) {
      pbf.writeMessage(
        13,
        (_, entry) => {
          entry.writeStringField(1, key);
          entry.writeStringField(2, String(value));
        },
        null,
      );
    }
    pbf.writeVarintField(14, 1);
  } else if (asList) {
    if (data instanceof Float32Array) pbf.writePackedFloat(4, [...data]);
    else if (data instanceof BigInt64Array) pbf.writePackedVarint(7, Array.from(data, Number));
    else pbf.writePackedVarint(5, Array.from(data));
  } else {
    pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

function writeValueInfo(
  { name, sizes, type }: { name: string; sizes: readonly (number | string)[]; type: number },
  pbf: PbfWriter,
): void {
  pbf.writeStringField(1, name);
  const dimension = (size: number | string, dim: PbfWriter) =>
    typeof size === "number" ? dim.writeVarintField(1, size) : dim.writeStringField(2, size);
  const shape = (_: null, message: PbfWriter) => {
    for (const size of sizes) message.writeMessage(1, dimension, size);
  };
  const tensor = (_: null, message: PbfWriter) => {
    message.writeVarintField(1, type);
    message.writeMessage(2, shape, null);
  };
  pbf.writeMessage(2, (_: null, message: PbfWriter) => message.writeMessage(1, tensor, null), null);
}

/** int64 constants, as shapes and axes are. */
export function integers(...values: readonly number[]): OnnxConstant {
  return { shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/** float32 constants, seeded by their place. */
export function floats(shape: readonly number[], seed = 1, scale = 1): OnnxConstant {
  const count = shape.reduce((a, b) => a * b, 1);
  return {
    shape,
    data: Float32Array.from({ length: count }, (_, i) => scale * Math.sin(seed * 1000 + i * 1.7 + seed)),
  };
}
