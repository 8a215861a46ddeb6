/** A TensorFlow Lite file in the making: operators, then constants, then the tables that name them. */
import { Builder } from "flatbuffers";
import type { Graph } from "../../ir/graph.js";
import type { Activation } from "../../ir/ops/module.js";
import type { Quantization, Shape, Tensor } from "../../ir/tensor.js";
import * as schema from "./schema.js";

/** Buffers of constants begin at multiples of this, as the schema demands. */
const DATA_ALIGNMENT = 16;

/** An operator of the file; its inputs and outputs are tensors of the file. */
export interface FileOperator {
  readonly name: string;
  readonly version: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** A member of the union of options tables, and the offset of the table. */
  readonly options?: readonly [type: number, table: number];
  /** The options of a custom operator, a FlexBuffer. */
  readonly customOptions?: Uint8Array;
}

export class OutputFile {
  readonly #builder = new Builder(1 << 16);
  readonly #graph: Graph;
  readonly #tensors: Tensor[];
  /** `name version` of each operator code, in the order of the file. */
  readonly #codes: string[] = [];
  readonly #operators: number[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#tensors = [...graph.tensors];
  }

  /** A tensor of the graph, or one that was added. */
  tensor(index: number): Tensor {
    return this.#tensors[index]!;
  }

  /** Adds a tensor and returns its index. */
  add(tensor: Tensor): number {
    return this.#tensors.push(tensor) - 1;
  }

  /** Adds a vector of int32 and returns its index. */
  vector(name: string, values: readonly number[]): number {
    return this.constant(name, [values.length], values);
  }

  /** Adds a constant of int32 and returns its index. */
  constant(name: string, shape: Shape, values: readonly number[]): number {
    return this.add({ name, shape, dtype: "int32", data: Int32Array.from(values) });
  }

  /** Writes an operator after those before it. */
  operator({ name, version, inputs, outputs, options, customOptions }: FileOperator): void {
    const entry = `${name} ${version}`;
    if (!this.#codes.includes(entry)) this.#codes.push(entry);
    const id = schema.Operator;
    const table = this.table({
      [id.code]: int32(this.#codes.indexOf(entry)),
      [id.inputs]: offset(this.int32s(inputs)),
      [id.outputs]: offset(this.int32s(outputs)),
      ...(options && { [id.optionsType]: int8(options[0]), [id.options]: offset(options[1]) }),
      ...(customOptions && { [id.customOptions]: offset(this.#builder.createByteVector(customOptions)) }),
    });
    this.#operators.push(table);
  }

  /** The bytes of the file. */
  finish(): Uint8Array {
    const builder = this.#builder;
    // Buffer 0 is the empty one of all tensors that are computed.
    const buffers = [this.table({})];
    const tensors = this.#tensors.map((tensor) => this.#writeTensor(tensor, buffers));
    const subgraph = this.table({
      [schema.SubGraph.tensors]: offset(this.#offsets(tensors)),
      [schema.SubGraph.inputs]: offset(this.int32s(this.#graph.inputs)),
      [schema.SubGraph.outputs]: offset(this.int32s(this.#graph.outputs)),
      [schema.SubGraph.operators]: offset(this.#offsets(this.#operators)),
    });
    const codes = this.#codes.map((entry) => {
      const [name, version] = entry.split(" ");
      const builtin = schema.operatorCode(name!);
      const code = builtin < 0 ? schema.operatorCode("CUSTOM") : builtin;
      return this.table({
        [schema.OperatorCode.deprecatedCode]: int8(code),
        [schema.OperatorCode.version]: int32(Number(version)),
        [schema.OperatorCode.code]: int32(code),
        ...(builtin < 0 && { [schema.OperatorCode.customCode]: offset(builder.createString(name!)) }),
      });
    });
    const model = this.table({
      [schema.Model.version]: int32(3),
      [schema.Model.operatorCodes]: offset(this.#offsets(codes)),
      [schema.Model.subgraphs]: offset(this.#offsets([subgraph])),
      [schema.Model.description]: offset(builder.createString("mobilenet-simd")),
      [schema.Model.buffers]: offset(this.#offsets(buffers)),
    });
    builder.finish(model, schema.IDENTIFIER);
    return builder.asUint8Array();
  }

  #writeTensor({ name, shape, dtype, quantization, data }: Tensor, buffers: number[]): number {
    const type = Number(Object.keys(schema.TYPES).find((key) => schema.TYPES[Number(key)] === dtype));
    const id = schema.Tensor;
    return this.table({
      [id.shape]: offset(this.int32s(shape)),
      [id.type]: int8(type),
      [id.buffer]: int32(data ? buffers.push(this.#data(data)) - 1 : 0),
      [id.name]: offset(this.#builder.createString(name)),
      ...(quantization && { [id.quantization]: offset(this.#quantization(quantization)) }),
    });
  }

  #data(data: NonNullable<Tensor["data"]>): number {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#builder.prep(DATA_ALIGNMENT, bytes.length);
    return this.table({ [schema.Buffer.data]: offset(this.#builder.createByteVector(bytes)) });
  }

  #quantization({ scale, zeroPoint, axis }: Quantization): number {
    const builder = this.#builder;
    builder.startVector(4, scale.length, 4);
    for (let i = scale.length - 1; i >= 0; --i) builder.addFloat32(scale[i]!);
    const scales = builder.endVector();
    builder.startVector(8, zeroPoint.length, 8);
    for (let i = zeroPoint.length - 1; i >= 0; --i) builder.addInt64(BigInt(zeroPoint[i]!));
    const zeroPoints = builder.endVector();
    const id = schema.Quantization;
    return this.table({
      [id.scale]: offset(scales),
      [id.zeroPoint]: offset(zeroPoints),
      [id.dimension]: int32(axis),
    });
  }

  /** Writes a vector of int32 and returns its offset. */
  int32s(values: readonly number[]): number {
    this.#builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) this.#builder.addInt32(value);
    return this.#builder.endVector();
  }

  #offsets(values: readonly number[]): number {
    this.#builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) this.#builder.addOffset(value);
    return this.#builder.endVector();
  }

  /** Writes a table from its fields by number and returns its offset. Everything that they point to is written before. */
  table(fields: Readonly<Record<number, Field>>): number {
    const entries = Object.entries(fields);
    this.#builder.startObject(Math.max(-1, ...entries.map(([id]) => Number(id))) + 1);
    for (const [id, write] of entries) write(this.#builder, Number(id));
    return this.#builder.endObject();
  }
}

/** Writes one field of the open table. */
export type Field = (builder: Builder, id: number) => void;

export const int8 =
  (value: number): Field =>
  (builder, id) =>
    builder.addFieldInt8(id, value, 0);
export const int32 =
  (value: number): Field =>
  (builder, id) =>
    builder.addFieldInt32(id, value, 0);
export const float32 =
  (value: number): Field =>
  (builder, id) =>
    builder.addFieldFloat32(id, value, 0);
export const offset =
  (value: number): Field =>
  (builder, id) =>
    builder.addFieldOffset(id, value, 0);

/** The field of a fused activation. */
export function clamp(activation: Activation): Field {
  return int8(Number(Object.keys(schema.ACTIVATIONS).find((code) => schema.ACTIVATIONS[Number(code)] === activation)));
}
