/**
 * Writer of ONNX files, for onnxruntime: graph to bytes, in ONNX's order of channels before pixels.
 *
 * 8-bit networks are written as QDQ, every operator in float32 between DequantizeLinear and QuantizeLinear: that is what
 * onnxruntime's own quantiser writes, and when it loads the file it makes integer operators of all of them. Signed
 * activations and weights, as the graph has them, ran as fast there as any other choice of signs, and faster than two
 * unsigned ones in native code. A ReLU6 needs no operator, the range of the quantised tensor clamps.
 */
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import type { Graph } from "../../../src/ir/graph.js";
import type { Op, OpOf } from "../../../src/ir/ops/index.js";
import type { DType, Tensor, TensorData } from "../../../src/ir/tensor.js";
import { COMPARE } from "../folders.js";
import { transpose } from "./transpose.js";

/** The first version of the operators in which DequantizeLinear has a scale for each channel, and its file format. */
const OPERATORS_VERSION = 13;
const IR_VERSION = 7;

/** Element types by number, as TensorProto.DataType has them. */
const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
type ElementType = keyof typeof ELEMENT_TYPES;

/** Kinds of attributes by number, as AttributeProto.AttributeType has them. */
const INT = 2;
const INTS = 7;

type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** [outputs, h, w, inputs] as [outputs, inputs, h, w], and depthwise [1, h, w, channels] as [channels, 1, h, w]. */
const CONVOLUTION_ORDER = [0, 3, 1, 2];
const DEPTHWISE_ORDER = [3, 0, 1, 2];

export function writeOnnx(graph: Graph): Uint8Array {
  const schema = protobuf.loadSync(fileURLToPath(new URL("models/onnx.proto", COMPARE)));
  const model = {
    irVersion: IR_VERSION,
    producerName: "mobilenet-simd",
    graph: new Writer(graph).write(),
    opsetImport: [{ domain: "", version: OPERATORS_VERSION }],
  };
  return schema.lookupType("onnx.ModelProto").encode(model).finish();
}

class Writer {
  readonly #graph: Graph;
  readonly #nodes: object[] = [];
  /** By name. */
  readonly #initializers = new Map<string, object>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  write(): object {
    const { inputs, outputs, ops } = this.#graph;
    for (const op of ops) this.#operator(op);
    return {
      name: "mobilenet",
      node: this.#nodes,
      initializer: [...this.#initializers.values()],
      input: inputs.map((index) => this.#valueInfo(index)),
      output: outputs.map((index) => this.#valueInfo(index)),
    };
  }

  #operator(op: Op): void {
    const [x] = op.inputs as [number];
    const [y] = op.outputs as [number];
    switch (op.type) {
      case "convolution":
      case "depthwise":
        return this.#convolution(op);
      case "averagepool": // over the whole image, in these networks
      case "mean":
        return this.#compute("GlobalAveragePool", [this.#dequantized(x)], y);
      case "reshape": {
        const shape = BigInt64Array.from(op.shape, BigInt);
        const to = this.#initializer(`${this.#name(y)}/shape`, [shape.length], "int64", shape);
        return this.#compute("Reshape", [this.#dequantized(x), to], y);
      }
      case "softmax":
        return this.#compute("Softmax", [this.#dequantized(x)], y, { axis: -1 });
      case "quantize":
        return this.#node("QuantizeLinear", [this.#name(x), ...this.#scale(y)], this.#name(y));
      case "dequantize":
        return this.#node("DequantizeLinear", [this.#name(x), ...this.#scale(x)], this.#name(y));
      default:
        throw new Error(`${op.type} is not written to ONNX`);
    }
  }

  #convolution(op: OpOf<"convolution" | "depthwise">): void {
    const [x, weights, bias] = op.inputs as [number, number, number];
    const [y] = op.outputs as [number];
    const { top, left, bottom, right } = op.padding;
    const group = op.type === "depthwise" ? this.#tensor(x).shape.at(-1)! : 1;
    const attributes = { group, strides: op.stride, pads: [top, left, bottom, right] };
    const order = op.type === "depthwise" ? DEPTHWISE_ORDER : CONVOLUTION_ORDER;
    const inputs = [this.#dequantized(x), this.#constant(weights, order), this.#constant(bias)];
    if (this.#tensor(y).quantization || op.activation === "none") return this.#compute("Conv", inputs, y, attributes);
    const unclamped = `${this.#name(y)}/unclamped`;
    this.#node("Conv", inputs, unclamped, attributes);
    const [low, high] = [0, 6].map((limit) => this.#initializer(`${limit}`, [], "float32", Float32Array.of(limit)));
    this.#node("Clip", [unclamped, low!, high!], this.#name(y));
  }

  /** A node whose float32 result is quantised if the tensor is. */
  #compute(type: string, inputs: readonly string[], output: number, attributes: Attributes = {}): void {
    const name = this.#name(output);
    if (!this.#tensor(output).quantization) return this.#node(type, inputs, name, attributes);
    this.#node(type, inputs, `${name}/real`, attributes);
    this.#node("QuantizeLinear", [`${name}/real`, ...this.#scale(output)], name);
  }

  /** The name of a tensor as float32. */
  #dequantized(index: number, attributes: Attributes = {}): string {
    const name = this.#name(index);
    if (!this.#tensor(index).quantization) return name;
    this.#node("DequantizeLinear", [name, ...this.#scale(index)], `${name}/dequantized`, attributes);
    return `${name}/dequantized`;
  }

  /** The name of a constant as float32, its dimensions in that order. */
  #constant(index: number, order?: readonly number[]): string {
    const { data, dtype, shape } = this.#tensor(index);
    const elements = { data: data!, shape };
    const ordered = order ? transpose(elements, order) : elements;
    this.#initializer(this.#name(index), ordered.shape, dtype, ordered.data);
    return this.#dequantized(index, { axis: 0 }); // that of the outputs
  }

  /** Names of the scale and the zero point of a tensor: one of each, or of each channel. */
  #scale(index: number): string[] {
    const { dtype, quantization } = this.#tensor(index);
    const [scale, zeroPoint] = [quantization!.scale, quantization!.zeroPoint].map((values) => Array.from(values));
    const shape = scale!.length > 1 ? [scale!.length] : [];
    const points = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array }[dtype as "int8"].from(zeroPoint!);
    return [
      this.#initializer(`${this.#name(index)}/scale`, shape, "float32", Float32Array.from(scale!)),
      this.#initializer(`${this.#name(index)}/zeroPoint`, shape, dtype, points),
    ];
  }

  #initializer(
    name: string,
    dims: readonly number[],
    dtype: DType | ElementType,
    { buffer, byteOffset, byteLength }: TensorData | BigInt64Array,
  ): string {
    const rawData = new Uint8Array(buffer, byteOffset, byteLength);
    this.#initializers.set(name, { name, dims, dataType: ELEMENT_TYPES[dtype as ElementType], rawData });
    return name;
  }

  #node(opType: string, input: readonly string[], output: string, attributes: Attributes = {}): void {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      typeof value === "number" ? { name, type: INT, i: value } : { name, type: INTS, ints: value },
    );
    this.#nodes.push({ opType, input, output: [output], name: output, attribute });
  }

  #valueInfo(index: number): object {
    const { dtype, shape } = this.#tensor(index);
    const [images, height, width, channels] = shape;
    const sizes = shape.length === 4 ? [images, channels, height, width] : shape;
    const dim = sizes.map((dimValue) => ({ dimValue }));
    return {
      name: this.#name(index),
      type: { tensorType: { elemType: ELEMENT_TYPES[dtype as ElementType], shape: { dim } } },
    };
  }

  #tensor(index: number): Tensor {
    return this.#graph.tensors[index]!;
  }

  /** Tensors go by their names, which a graph may give twice. */
  #name(index: number): string {
    return `${index} ${this.#tensor(index).name}`;
  }
}
