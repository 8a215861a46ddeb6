/** Writer of TensorFlow Lite files: graph to bytes that other engines read too. */
import { Builder } from "flatbuffers";
import { UnsupportedError } from "../../errors.js";
import type { Graph } from "../../ir/graph.js";
import type { Op, OpOf } from "../../ir/ops/index.js";
import type { Activation } from "../../ir/ops/module.js";
import type { Quantization, Tensor } from "../../ir/tensor.js";
import { samePadding, type Padding, type Size } from "../../ir/window.js";
import { writeFlexMap } from "./flexbuffer.js";
import * as schema from "./schema.js";

/**
 * The bytes of a `.tflite` file with a graph. Padding that is neither SAME nor VALID becomes a PAD of its own.
 *
 * @throws UnsupportedError for a pool with such padding, and for a batch norm, which the format does not have.
 */
export function writeTflite(graph: Graph): Uint8Array {
  return new Writer(graph).finish();
}

/** Buffers of constants begin at multiples of this, as the schema demands. */
const DATA_ALIGNMENT = 16;

class Writer {
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

  finish(): Uint8Array {
    const builder = this.#builder;
    for (const op of this.#graph.ops) this.#write(op);
    // Buffer 0 is the empty one of all tensors that are computed.
    const buffers = [this.#table({})];
    const tensors = this.#tensors.map((tensor) => this.#tensor(tensor, buffers));
    const subgraph = this.#table({
      [schema.SubGraph.tensors]: offset(this.#offsets(tensors)),
      [schema.SubGraph.inputs]: offset(this.#int32s(this.#graph.inputs)),
      [schema.SubGraph.outputs]: offset(this.#int32s(this.#graph.outputs)),
      [schema.SubGraph.operators]: offset(this.#offsets(this.#operators)),
    });
    const codes = this.#codes.map((entry) => {
      const [name, version] = entry.split(" ");
      const builtin = schema.operatorCode(name!);
      const code = builtin < 0 ? schema.operatorCode("CUSTOM") : builtin;
      return this.#table({
        [schema.OperatorCode.deprecatedCode]: int8(code),
        [schema.OperatorCode.version]: int32(Number(version)),
        [schema.OperatorCode.code]: int32(code),
        ...(builtin < 0 && { [schema.OperatorCode.customCode]: offset(builder.createString(name!)) }),
      });
    });
    const model = this.#table({
      [schema.Model.version]: int32(3),
      [schema.Model.operatorCodes]: offset(this.#offsets(codes)),
      [schema.Model.subgraphs]: offset(this.#offsets([subgraph])),
      [schema.Model.description]: offset(builder.createString("mobilenet-simd")),
      [schema.Model.buffers]: offset(this.#offsets(buffers)),
    });
    builder.finish(model, schema.IDENTIFIER);
    return builder.asUint8Array();
  }

  /** One operator, or two where the file's has no padding of that kind. */
  #write(op: Op): void {
    const { tensors } = this.#graph;
    const quantized = tensors[op.outputs[0]!]!.dtype !== "float32";
    switch (op.type) {
      case "convolution": {
        const [, height, width] = tensors[op.inputs[1]!]!.shape as [number, number, number];
        const [inputs, padding] = this.#padded(op, [height, width], op.stride, op.padding);
        const id = schema.Conv2DOptions;
        const options = this.#table({
          [id.padding]: int8(padding),
          [id.strideW]: int32(op.stride[1]),
          [id.strideH]: int32(op.stride[0]),
          [id.activation]: int8(activationCode(op.activation)),
        });
        return this.#operator("CONV_2D", quantized ? 3 : 1, inputs, op.outputs, schema.OptionsType.conv2D, options);
      }
      case "depthwise": {
        const [, height, width] = tensors[op.inputs[1]!]!.shape as [number, number, number];
        const [inputs, padding] = this.#padded(op, [height, width], op.stride, op.padding);
        const id = schema.DepthwiseOptions;
        const options = this.#table({
          [id.padding]: int8(padding),
          [id.strideW]: int32(op.stride[1]),
          [id.strideH]: int32(op.stride[0]),
          [id.multiplier]: int32(1),
          [id.activation]: int8(activationCode(op.activation)),
        });
        const version = quantized ? 3 : 1;
        return this.#operator("DEPTHWISE_CONV_2D", version, inputs, op.outputs, schema.OptionsType.depthwise, options);
      }
      case "batchnorm":
        throw new UnsupportedError("batchnorm: expected folded, or as a depthwise convolution");
      case "averagepool":
      case "maxpool": {
        const [inputs, padding] = this.#padded(op, op.kernel, op.stride, op.padding);
        // A PAD would put zeros into the window.
        if (inputs !== op.inputs) throw new UnsupportedError(`${op.type}: padding expected SAME or none`);
        const id = schema.Pool2DOptions;
        const options = this.#table({
          [id.padding]: int8(padding),
          [id.strideW]: int32(op.stride[1]),
          [id.strideH]: int32(op.stride[0]),
          [id.filterW]: int32(op.kernel[1]),
          [id.filterH]: int32(op.kernel[0]),
          [id.activation]: int8(activationCode(op.activation)),
        });
        const name = op.type === "maxpool" ? "MAX_POOL_2D" : "AVERAGE_POOL_2D";
        return this.#operator(name, quantized ? 2 : 1, inputs, op.outputs, schema.OptionsType.pool2D, options);
      }
      case "fullyconnected": {
        const options = this.#table({ [schema.FullyConnectedOptions.activation]: int8(activationCode(op.activation)) });
        const type = schema.OptionsType.fullyConnected;
        return this.#operator("FULLY_CONNECTED", quantized ? 4 : 1, op.inputs, op.outputs, type, options);
      }
      case "mean": {
        const options = this.#table({ [schema.ReducerOptions.keepDims]: int8(op.keepDims ? 1 : 0) });
        const axes = this.#vector("axes", [1, 2]);
        const type = schema.OptionsType.reducer;
        return this.#operator("MEAN", quantized ? 2 : 1, [op.inputs[0]!, axes], op.outputs, type, options);
      }
      case "softmax": {
        const options = this.#table({ [schema.SoftmaxOptions.beta]: float32(op.beta) });
        return this.#operator("SOFTMAX", quantized ? 2 : 1, op.inputs, op.outputs, schema.OptionsType.softmax, options);
      }
      case "logistic":
        return this.#operator("LOGISTIC", quantized ? 2 : 1, op.inputs, op.outputs);
      case "leakyrelu": {
        const options = this.#table({ [schema.LeakyReluOptions.alpha]: float32(op.slope) });
        const type = schema.OptionsType.leakyRelu;
        return this.#operator("LEAKY_RELU", quantized ? 2 : 1, op.inputs, op.outputs, type, options);
      }
      case "add": {
        const options = this.#table({ [schema.AddOptions.activation]: int8(activationCode(op.activation)) });
        return this.#operator("ADD", quantized ? 2 : 1, op.inputs, op.outputs, schema.OptionsType.add, options);
      }
      case "concatenation": {
        const options = this.#table({ [schema.ConcatenationOptions.axis]: int32(op.axis) });
        const type = schema.OptionsType.concatenation;
        return this.#operator("CONCATENATION", quantized ? 2 : 1, op.inputs, op.outputs, type, options);
      }
      case "transpose": {
        const inputs = [op.inputs[0]!, this.#vector("permutation", op.permutation)];
        const version = quantized ? 2 : 1;
        return this.#operator("TRANSPOSE", version, inputs, op.outputs, schema.OptionsType.transpose, this.#table({}));
      }
      case "detection":
        return this.#detection(op);
      case "slice":
        return this.#slice(op, quantized ? 2 : 1);
      case "reshape": {
        const options = this.#table({ [schema.ReshapeOptions.newShape]: offset(this.#int32s(op.shape)) });
        const shape = this.#vector("shape", op.shape);
        return this.#operator("RESHAPE", 1, [op.inputs[0]!, shape], op.outputs, schema.OptionsType.reshape, options);
      }
      case "pad":
        return this.#pad(op.inputs[0]!, op.outputs[0]!, op.padding);
      case "quantize":
        return this.#operator("QUANTIZE", 1, op.inputs, op.outputs);
      case "dequantize":
        return this.#operator("DEQUANTIZE", tensors[op.inputs[0]!]!.dtype === "float16" ? 3 : 2, op.inputs, op.outputs);
      case "activation":
        return this.#operator(op.activation === "relu6" ? "RELU6" : "RELU", quantized ? 2 : 1, op.inputs, op.outputs);
    }
  }

  /** Inputs and padding code (SAME 0, VALID 1) of a window, after a PAD if the schema cannot say it otherwise. */
  #padded(op: Op, kernel: Size, stride: Size, padding: Padding): [readonly number[], number] {
    const x = this.#graph.tensors[op.inputs[0]!]!;
    const { top, bottom, left, right } = padding;
    if (!(top || bottom || left || right)) return [op.inputs, 1];
    const same = samePadding([x.shape[1]!, x.shape[2]!], kernel, stride);
    if (same.top === top && same.bottom === bottom && same.left === left && same.right === right) return [op.inputs, 0];
    const shape = [x.shape[0]!, x.shape[1]! + top + bottom, x.shape[2]! + left + right, x.shape[3]!];
    const between = this.#tensors.push({ ...x, name: `${x.name}/padded`, shape, data: undefined }) - 1;
    this.#pad(op.inputs[0]!, between, padding);
    return [[between, ...op.inputs.slice(1)], 1];
  }

  #pad(input: number, output: number, { top, bottom, left, right }: Padding): void {
    const paddings = this.#constant("paddings", [4, 2], [0, 0, top, bottom, left, right, 0, 0]);
    this.#operator("PAD", 1, [input, paddings], [output]);
  }

  #detection({ inputs, outputs, ...op }: OpOf<"detection">): void {
    const [y, x, h, w] = op.scales;
    const options = writeFlexMap({
      max_detections: op.maxDetections,
      max_classes_per_detection: op.maxClasses,
      detections_per_class: op.detectionsPerClass,
      use_regular_nms: op.regular,
      nms_score_threshold: op.scoreThreshold,
      nms_iou_threshold: op.iouThreshold,
      num_classes: op.classes,
      y_scale: y,
      x_scale: x,
      h_scale: h,
      w_scale: w,
    });
    const id = schema.Operator;
    const custom = { [id.customOptions]: offset(this.#builder.createByteVector(options)) };
    this.#operator(schema.DETECTION, 1, inputs, outputs, undefined, undefined, custom);
  }

  #slice({ inputs: [x], outputs, begin, size, step }: OpOf<"slice">, version: number): void {
    if (step.every((by) => by === 1)) {
      const inputs = [x!, this.#vector("begin", begin), this.#vector("size", size)];
      return this.#operator("SLICE", version, inputs, outputs, schema.OptionsType.slice, this.#table({}));
    }
    const end = size.map((count, i) => begin[i]! + step[i]! * count);
    const inputs = [x!, this.#vector("begin", begin), this.#vector("end", end), this.#vector("strides", step)];
    // A negative end would count from the other side.
    const endMask = end.reduce((mask, at, i) => (at < 0 ? mask | (1 << i) : mask), 0);
    const options = this.#table({ [schema.StridedSliceOptions.endMask]: int32(endMask) });
    return this.#operator("STRIDED_SLICE", version, inputs, outputs, schema.OptionsType.stridedSlice, options);
  }

  #vector(name: string, values: readonly number[]): number {
    return this.#constant(name, [values.length], values);
  }

  #constant(name: string, shape: readonly number[], values: readonly number[]): number {
    return this.#tensors.push({ name, shape, dtype: "int32", data: Int32Array.from(values) }) - 1;
  }

  #operator(
    name: string,
    version: number,
    inputs: readonly number[],
    outputs: readonly number[],
    optionsType?: number,
    options?: number,
    custom?: Readonly<Record<number, Field>>,
  ): void {
    const entry = `${name} ${version}`;
    if (!this.#codes.includes(entry)) this.#codes.push(entry);
    const id = schema.Operator;
    const table = this.#table({
      [id.code]: int32(this.#codes.indexOf(entry)),
      [id.inputs]: offset(this.#int32s(inputs)),
      [id.outputs]: offset(this.#int32s(outputs)),
      ...(options !== undefined && { [id.optionsType]: int8(optionsType!), [id.options]: offset(options) }),
      ...custom,
    });
    this.#operators.push(table);
  }

  #tensor({ name, shape, dtype, quantization, data }: Tensor, buffers: number[]): number {
    const type = Number(Object.keys(schema.TYPES).find((key) => schema.TYPES[Number(key)] === dtype));
    const id = schema.Tensor;
    return this.#table({
      [id.shape]: offset(this.#int32s(shape)),
      [id.type]: int8(type),
      [id.buffer]: int32(data ? buffers.push(this.#data(data)) - 1 : 0),
      [id.name]: offset(this.#builder.createString(name)),
      ...(quantization && { [id.quantization]: offset(this.#quantization(quantization)) }),
    });
  }

  #data(data: NonNullable<Tensor["data"]>): number {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#builder.prep(DATA_ALIGNMENT, bytes.length);
    return this.#table({ [schema.Buffer.data]: offset(this.#builder.createByteVector(bytes)) });
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
    return this.#table({
      [id.scale]: offset(scales),
      [id.zeroPoint]: offset(zeroPoints),
      [id.dimension]: int32(axis),
    });
  }

  #int32s(values: readonly number[]): number {
    this.#builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) this.#builder.addInt32(value);
    return this.#builder.endVector();
  }

  #offsets(values: readonly number[]): number {
    this.#builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) this.#builder.addOffset(value);
    return this.#builder.endVector();
  }

  /** A table from its fields by number. Everything they point to is written before. */
  #table(fields: Readonly<Record<number, Field>>): number {
    const entries = Object.entries(fields);
    this.#builder.startObject(Math.max(-1, ...entries.map(([id]) => Number(id))) + 1);
    for (const [id, write] of entries) write(this.#builder, Number(id));
    return this.#builder.endObject();
  }
}

/** Writes one field of the table that is open. */
type Field = (builder: Builder, id: number) => void;

const int8 =
  (value: number): Field =>
  (builder, id) =>
    builder.addFieldInt8(id, value, 0);
const int32 =
  (value: number): Field =>
  (builder, id) =>
    builder.addFieldInt32(id, value, 0);
const float32 =
  (value: number): Field =>
  (builder, id) =>
    builder.addFieldFloat32(id, value, 0);
const offset =
  (value: number): Field =>
  (builder, id) =>
    builder.addFieldOffset(id, value, 0);

function activationCode(activation: Activation): number {
  return Number(Object.keys(schema.ACTIVATIONS).find((code) => schema.ACTIVATIONS[Number(code)] === activation));
}
