/** Reader of TensorFlow Lite files: bytes to graph. */
import { FormatError, UnsupportedError } from "../../errors.js";
import { buildGraph, locate, type Graph } from "../../ir/graph.js";
import type { Op } from "../../ir/ops/index.js";
import {
  elementCount,
  formatShape,
  type DType,
  type Quantization,
  type Tensor,
  type TensorData,
} from "../../ir/tensor.js";
import { Table } from "./flatbuffer.js";
import { isCommon, loadReaders, readOperator } from "./operators.js";
import * as schema from "./schema.js";
import type { Source } from "./source.js";

/** Far above any network of this kind; the work of loading grows with these. */
const MAX_TENSORS = 20_000;
const MAX_OPERATORS = 5000;

/**
 * Reads a `.tflite` file. Constant tensors are views of `bytes` where alignment permits.
 *
 * @throws FormatError if the file is damaged, UnsupportedError for an operator or attribute that this package lacks.
 */
export async function readTflite(bytes: Uint8Array): Promise<Graph> {
  const model = Table.root(bytes, schema.IDENTIFIER, "TensorFlow Lite file");
  const version = model.uint32(schema.Model.version);
  if (version !== 3) throw new UnsupportedError(`schema version expected 3, got ${version}`);
  const subgraphs = model.tables(schema.Model.subgraphs, "subgraph");
  if (subgraphs.length !== 1) throw new UnsupportedError(`expected 1 subgraph, got ${subgraphs.length}`);
  const subgraph = subgraphs[0]!;
  const buffers = model.tables(schema.Model.buffers, "buffer");
  const tensorTables = limited(subgraph.tables(schema.SubGraph.tensors, "tensor"), MAX_TENSORS, "tensors");
  const tensors = tensorTables.map((table, index) => locate(`tensor ${index}`, () => readTensor(table, buffers)));
  const ops = await readOperators(model, subgraph, tensors);
  const inputs = subgraph.int32s(schema.SubGraph.inputs, "inputs");
  const outputs = subgraph.int32s(schema.SubGraph.outputs, "outputs");
  return buildGraph({ tensors, ops, inputs, outputs });
}

async function readOperators(model: Table, subgraph: Table, tensors: Tensor[]): Promise<Op[]> {
  const codes = model.tables(schema.Model.operatorCodes, "operator code");
  const tables = limited(subgraph.tables(schema.SubGraph.operators, "operator"), MAX_OPERATORS, "operators");
  const names = tables.map((table, index) => {
    const code = codes[table.uint32(schema.Operator.code)];
    if (!code) throw new FormatError(`operator ${index}: no operator code ${table.uint32(schema.Operator.code)}`);
    return nameOf(code);
  });
  const sources = tables.map((table, index): Source => {
    const name = names[index]!;
    const inputs = table.int32s(schema.Operator.inputs, "inputs");
    const outputs = table.int32s(schema.Operator.outputs, "outputs");
    const options = table.table(schema.Operator.options, "options");
    const customOptions = table.bytes(schema.Operator.customOptions, "custom options");
    return { name, inputs, outputs, options, customOptions, tensors };
  });
  const each = <T>(read: (source: Source) => T) =>
    sources.map((source, index) => locate(`operator ${index} (${source.name})`, () => read(source)));
  const readers = await loadReaders(each(isCommon).every(Boolean));
  return each((source) => readOperator(source, readers)).flat();
}

/** Files before operator codes above 127 existed have them in a byte. */
function nameOf(code: Table): string {
  const { deprecatedCode, code: current, customCode } = schema.OperatorCode;
  const name = schema.operatorName(Math.max(code.int8(deprecatedCode), code.int32(current)));
  return name === "CUSTOM" ? `CUSTOM ${code.string(customCode, "custom code")}` : name;
}

function readTensor(table: Table, buffers: readonly Table[]): Tensor {
  const type = table.int8(schema.Tensor.type);
  const dtype = schema.TYPES[type];
  if (!dtype) throw new UnsupportedError(`type expected ${Object.values(schema.TYPES).join(", ")}, got number ${type}`);
  if (table.table(schema.Tensor.sparsity, "sparsity")) throw new UnsupportedError("expected dense data, got sparse");
  const shape = table.int32s(schema.Tensor.shape, "shape");
  const bufferIndex = table.uint32(schema.Tensor.buffer);
  const buffer = buffers[bufferIndex];
  if (!buffer) throw new FormatError(`buffer expected 0…${buffers.length - 1}, got ${bufferIndex}`);
  const bytes = buffer.bytes(schema.Buffer.data, "data");
  return {
    name: table.string(schema.Tensor.name, "name"),
    shape,
    dtype,
    // Converters may leave the quantisation of a tensor that they made float32.
    quantization: dtype.startsWith("float")
      ? undefined
      : readQuantization(table.table(schema.Tensor.quantization, "quantization"), shape.length),
    data: bytes?.length ? readData(bytes, dtype, shape) : undefined,
  };
}

function readQuantization(table: Table | undefined, rank: number): Quantization | undefined {
  const scale = table?.float32s(schema.Quantization.scale, "scale") ?? [];
  if (!table || !scale.length) return undefined;
  const zeroPoint = table.int64s(schema.Quantization.zeroPoint, "zero point");
  // Converters may leave the dimension of the weights with the scales of a bias.
  const axis = rank === 1 ? 0 : table.int32(schema.Quantization.dimension);
  if (zeroPoint.length > 1 && zeroPoint.length !== scale.length) {
    throw new FormatError(`expected ${scale.length} zero points, got ${zeroPoint.length}`);
  }
  return { scale, zeroPoint: scale.map((_, c) => zeroPoint[zeroPoint.length === 1 ? 0 : c] ?? 0), axis };
}

/** The elements as a typed array: of the file's bytes if they are aligned, else of a copy. */
function readData(bytes: Uint8Array, dtype: DType, shape: readonly number[]): TensorData {
  const type = { float32: Float32Array, float16: Uint16Array, int32: Int32Array, uint8: Uint8Array, int8: Int8Array }[
    dtype
  ];
  const expected = elementCount(shape) * type.BYTES_PER_ELEMENT;
  if (bytes.length !== expected) {
    throw new FormatError(`expected ${expected} bytes of data for ${formatShape(shape)} ${dtype}, got ${bytes.length}`);
  }
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new type(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / type.BYTES_PER_ELEMENT);
}

function limited<T>(items: T[], limit: number, what: string): T[] {
  if (items.length > limit) throw new UnsupportedError(`expected at most ${limit} ${what}, got ${items.length}`);
  return items;
}
