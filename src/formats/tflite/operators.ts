/** TensorFlow Lite's operators in terms of the graph's: one function an operator, by the name the schema gives it. */
import { FormatError, UnsupportedError } from "../../errors.js";
import {
  outputShapes,
  samePadding,
  NO_PADDING,
  type Activation,
  type Op,
  type OpOf,
  type Padding,
  type Size,
} from "../../graph/ops.js";
import { elementCount, formatShape, type Tensor } from "../../graph/tensor.js";
import type { Table } from "./flatbuffer.js";
import { readFlexMap } from "./flexbuffer.js";
import * as schema from "./schema.js";

/** An operator as the file has it. */
interface Source {
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table | undefined;
  /** The options of a custom operator, a FlexBuffer. */
  readonly customOptions: Uint8Array | undefined;
  /** The graph's tensors; a reader may add to them. */
  readonly tensors: Tensor[];
}

type Reader = (source: Source) => Op | Op[];

const READERS: Readonly<Record<string, Reader>> = {
  ADD: readAdd,
  AVERAGE_POOL_2D: (source) => ({ type: "averagepool", ...readPool(source) }),
  CONCATENATION: readConcatenation,
  CONV_2D: readConvolution,
  [`CUSTOM ${schema.DETECTION}`]: readDetection,
  DEPTHWISE_CONV_2D: readDepthwise,
  DEQUANTIZE: (source) => ({ type: "dequantize", ...unary(source) }),
  FULLY_CONNECTED: readFullyConnected,
  LEAKY_RELU: (source) => ({ type: "leakyrelu", slope: readSlope(source), ...unary(source) }),
  LOGISTIC: (source) => ({ type: "logistic", ...unary(source) }),
  MAX_POOL_2D: (source) => ({ type: "maxpool", ...readPool(source) }),
  MEAN: readMean,
  PAD: readPad,
  QUANTIZE: (source) => ({ type: "quantize", ...unary(source) }),
  RELU: (source) => ({ type: "activation", activation: "relu", ...unary(source) }),
  RELU6: (source) => ({ type: "activation", activation: "relu6", ...unary(source) }),
  RESHAPE: readReshape,
  SLICE: readSlice,
  SOFTMAX: (source) => ({ type: "softmax", beta: readBeta(source), ...unary(source) }),
  SQUEEZE: readReshape,
  STRIDED_SLICE: readStridedSlice,
  TRANSPOSE: readTranspose,
};

/** The operators that files may have. */
export const SUPPORTED: readonly string[] = /* @__PURE__ */ Object.keys(READERS);

const MOST_DETECTIONS = 100_000;

/** The graph's operators for one of the file's. Throws UnsupportedError, saying what is supported. */
export function readOperator(source: Source): Op[] {
  const reader = Object.hasOwn(READERS, source.name) ? READERS[source.name] : undefined;
  if (!reader) throw new UnsupportedError(`not supported; supported are ${SUPPORTED.join(", ")}`);
  return [reader(source)].flat();
}

function readConvolution(source: Source): Op {
  const options = expectOptions(source);
  const { inputs, x, weights } = withWeights(source, 4);
  const id = schema.Conv2DOptions;
  expectNoDilation(options.int32(id.dilationH, 1), options.int32(id.dilationW, 1));
  const stride = readStride(options.int32(id.strideH), options.int32(id.strideW));
  const kernel: Size = [weights.shape[1]!, weights.shape[2]!];
  return {
    type: "convolution",
    inputs,
    outputs: source.outputs,
    stride,
    padding: readPadding(options.int8(id.padding), x, kernel, stride),
    activation: readActivation(options.int8(id.activation)),
  };
}

function readDepthwise(source: Source): Op {
  const options = expectOptions(source);
  const { inputs, x, weights } = withWeights(source, 4);
  const id = schema.DepthwiseOptions;
  expectNoDilation(options.int32(id.dilationH, 1), options.int32(id.dilationW, 1));
  const multiplier = weights.shape[3]! / x.shape[3]!;
  if (multiplier !== 1) throw new UnsupportedError(`depth multiplier expected 1, got ${multiplier}`);
  const stride = readStride(options.int32(id.strideH), options.int32(id.strideW));
  const kernel: Size = [weights.shape[1]!, weights.shape[2]!];
  return {
    type: "depthwise",
    inputs,
    outputs: source.outputs,
    stride,
    padding: readPadding(options.int8(id.padding), x, kernel, stride),
    activation: readActivation(options.int8(id.activation)),
  };
}

/** TensorFlow Lite flattens the input to [rows, columns of the weights]; the graph says so with a reshape. */
function readFullyConnected(source: Source): Op[] {
  const { options, outputs, tensors } = source;
  const { inputs, x, weights } = withWeights(source, 2);
  const id = schema.FullyConnectedOptions;
  if (options?.int8(id.weightsFormat))
    throw new UnsupportedError("weights expected in the default format, got shuffled");
  const activation = readActivation(options?.int8(id.activation) ?? 0);
  const depth = weights.shape[1]!;
  const op: Op = { type: "fullyconnected", inputs, outputs, activation };
  if (x.shape.at(-1) === depth && x.shape.length === tensors[outputs[0]!]?.shape.length) return [op];
  const rows = elementCount(x.shape) / depth;
  if (!Number.isInteger(rows))
    throw new FormatError(`input expected a multiple of ${depth} elements, got ${formatShape(x.shape)}`);
  const shape = [rows, depth];
  const flat = tensors.push({ ...x, name: `${x.name}/flat`, shape, data: undefined }) - 1;
  const reshape: Op = { type: "reshape", inputs: [inputs[0]!], outputs: [flat], shape };
  return [reshape, { ...op, inputs: [flat, ...inputs.slice(1)] }];
}

function readPool(source: Source) {
  const options = expectOptions(source);
  const { inputs, outputs, input } = unaryWithInput(source, 4);
  const id = schema.Pool2DOptions;
  const kernel = readSize("window", options.int32(id.filterH), options.int32(id.filterW));
  const stride = readStride(options.int32(id.strideH), options.int32(id.strideW));
  return {
    inputs,
    outputs,
    kernel,
    stride,
    padding: readPadding(options.int8(id.padding), input, kernel, stride),
    activation: readActivation(options.int8(id.activation)),
  };
}

/** A constant stands last in the graph. */
function readAdd({ options, inputs, outputs, tensors }: Source): Op {
  const [x, y] = inputs.map((index) => expectTensor(tensors, index, "input"));
  if (!x || !y || inputs.length > 2) throw new FormatError(`expected 2 inputs, got ${inputs.length}`);
  const activation = readActivation(options?.int8(schema.AddOptions.activation) ?? 0);
  return { type: "add", inputs: x.data ? inputs.toReversed() : inputs, outputs, activation };
}

/** The shapes of the outputs are not in all files: converters do not know the operator. */
function readDetection({ customOptions, inputs, outputs, tensors }: Source): Op {
  if (!customOptions) throw new FormatError("expected options, got none");
  const options = readFlexMap(customOptions);
  for (const index of inputs) expectTensor(tensors, index, "input");
  if (inputs.length !== 3) throw new FormatError(`expected 3 inputs, got ${inputs.length}`);
  const real = (name: string) => {
    const value = Math.fround(options.get(name) ?? NaN);
    if (!Number.isFinite(value)) throw new FormatError(`${name} expected a number, got ${options.get(name)}`);
    return value;
  };
  const count = (name: string, fallback?: number) => {
    const value = options.get(name) ?? fallback;
    if (!(Number.isInteger(value) && value! >= 1 && value! <= MOST_DETECTIONS)) {
      throw new FormatError(`${name} expected a whole number from 1 to ${MOST_DETECTIONS}, got ${value}`);
    }
    return value!;
  };
  const op: OpOf<"detection"> = {
    type: "detection",
    inputs,
    outputs,
    maxDetections: count("max_detections"),
    maxClasses: count("max_classes_per_detection"),
    detectionsPerClass: count("detections_per_class", 100),
    regular: Boolean(options.get("use_regular_nms")),
    scoreThreshold: real("nms_score_threshold"),
    iouThreshold: real("nms_iou_threshold"),
    classes: count("num_classes"),
    scales: [real("y_scale"), real("x_scale"), real("h_scale"), real("w_scale")],
  };
  for (const [i, shape] of outputShapes(op, tensors).entries()) {
    tensors[outputs[i]!] = { ...expectTensor(tensors, outputs[i], "output"), shape };
  }
  return op;
}

function readConcatenation(source: Source): Op {
  const { inputs, outputs, tensors } = source;
  const options = expectOptions(source);
  const [x] = inputs.map((index) => expectTensor(tensors, index, "input"));
  if (!x) throw new FormatError("expected inputs, got none");
  const activation = readActivation(options.int8(schema.ConcatenationOptions.activation));
  if (activation !== "none") throw new UnsupportedError(`fused activation expected NONE (0), got ${activation}`);
  const axis = options.int32(schema.ConcatenationOptions.axis);
  return { type: "concatenation", inputs, outputs, axis: axis < 0 ? axis + x.shape.length : axis };
}

function readTranspose({ inputs, outputs, tensors }: Source): Op {
  const { shape } = expectTensor(tensors, inputs[0], "input");
  const permutation = expectConstants(tensors, inputs[1], "permutation");
  const dimensions = permutation.map((axis) => (axis < 0 ? axis + shape.length : axis));
  return { type: "transpose", inputs: [inputs[0]!], outputs, permutation: dimensions };
}

/** A size of -1 reaches to the end. */
function readSlice({ inputs, outputs, tensors }: Source): Op {
  const { shape } = expectTensor(tensors, inputs[0], "input");
  const begin = expectConstants(tensors, inputs[1], "begin");
  const size = expectConstants(tensors, inputs[2], "size");
  return {
    type: "slice",
    inputs: [inputs[0]!],
    outputs,
    begin,
    size: size.map((count, i) => (count === -1 ? shape[i]! - begin[i]! : count)),
    step: shape.map(() => 1),
  };
}

/** Begin and end are cut off at the sides; where the mask says so, a dimension of one element is taken away. */
function readStridedSlice(source: Source): Op[] {
  const { inputs, outputs, tensors } = source;
  const x = expectTensor(tensors, inputs[0], "input");
  const begins = expectConstants(tensors, inputs[1], "begin");
  const ends = expectConstants(tensors, inputs[2], "end");
  const step = expectConstants(tensors, inputs[3], "strides");
  const options = expectOptions(source);
  const id = schema.StridedSliceOptions;
  if (options.int32(id.ellipsisMask) || options.int32(id.newAxisMask)) {
    throw new UnsupportedError("expected neither an ellipsis nor new dimensions");
  }
  if ([begins, ends, step].some(({ length }) => length !== x.shape.length) || step.includes(0)) {
    throw new UnsupportedError(`begin, end and strides other than 0 expected for all of ${formatShape(x.shape)}`);
  }
  const masked = (mask: number, i: number) => ((options.int32(mask) >> i) & 1) === 1;
  const within = (at: number, i: number) => {
    const all = x.shape[i]!;
    const low = step[i]! > 0 ? 0 : -1;
    return Math.min(Math.max(at < 0 ? at + all : at, low), all + low);
  };
  const begin = begins.map((at, i) => within(masked(id.beginMask, i) ? (step[i]! > 0 ? 0 : x.shape[i]! - 1) : at, i));
  const size = ends.map((at, i) => {
    if (masked(id.shrinkMask, i)) return 1;
    const end = masked(id.endMask, i) ? (step[i]! > 0 ? x.shape[i]! : -1) : within(at, i);
    return Math.ceil((end - begin[i]!) / step[i]!);
  });
  const slice: Op = { type: "slice", inputs: [inputs[0]!], outputs, begin, size, step };
  if (!size.some((_, i) => masked(id.shrinkMask, i))) return [slice];
  const { shape } = expectTensor(tensors, outputs[0], "output");
  const whole = tensors.push({ ...x, name: `${x.name}/slice`, shape: size, data: undefined }) - 1;
  return [
    { ...slice, outputs: [whole] },
    { type: "reshape", inputs: [whole], outputs, shape },
  ];
}

function readMean(source: Source): Op {
  const { options, outputs, inputs, tensors } = source;
  const x = expectTensor(tensors, inputs[0], "input");
  const axes = expectConstants(tensors, inputs[1], "axes").map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  if (x.shape.length !== 4 || axes.toSorted((a, b) => a - b).join() !== "1,2") {
    throw new UnsupportedError(
      `axes expected height and width of 4 dimensions, got ${axes} of ${formatShape(x.shape)}`,
    );
  }
  return { type: "mean", inputs: [inputs[0]!], outputs, keepDims: options?.int8(schema.ReducerOptions.keepDims) === 1 };
}

function readPad({ inputs, outputs, tensors }: Source): Op {
  const x = expectTensor(tensors, inputs[0], "input");
  const amounts = expectConstants(tensors, inputs[1], "paddings");
  if (x.shape.length !== 4 || amounts.length !== 8 || amounts.some((amount) => amount < 0)) {
    throw new UnsupportedError(`paddings expected 8 numbers from 0 for 4 dimensions, got ${amounts}`);
  }
  const [before, after, top, bottom, left, right, first, last] = amounts as [number, number, number, number, number, number, number, number]; // prettier-ignore
  if (before || after || first || last)
    throw new UnsupportedError(`paddings expected of height and width only, got ${amounts}`);
  return { type: "pad", inputs: [inputs[0]!], outputs, padding: { top, bottom, left, right } };
}

/** RESHAPE and SQUEEZE: the new shape is that of the output. */
function readReshape({ inputs, outputs, tensors }: Source): Op {
  expectTensor(tensors, inputs[0], "input");
  const { shape } = expectTensor(tensors, outputs[0], "output");
  return { type: "reshape", inputs: [inputs[0]!], outputs, shape };
}

function readBeta({ options }: Source): number {
  const beta = options?.float32(schema.SoftmaxOptions.beta) ?? 1;
  if (!(beta > 0 && beta < Infinity)) throw new FormatError(`beta expected above 0, got ${beta}`);
  return beta;
}

function readSlope(source: Source): number {
  const slope = expectOptions(source).float32(schema.LeakyReluOptions.alpha);
  if (!Number.isFinite(slope)) throw new FormatError(`alpha expected a finite number, got ${slope}`);
  return slope;
}

function unary({ inputs, outputs, tensors }: Source): { inputs: number[]; outputs: readonly number[] } {
  expectTensor(tensors, inputs[0], "input");
  return { inputs: [inputs[0]!], outputs };
}

function unaryWithInput(source: Source, rank: number) {
  return { ...unary(source), input: expectTensor(source.tensors, source.inputs[0], "input", rank) };
}

/** Inputs of a convolution or fully connected layer; a bias of -1 is none. */
function withWeights({ inputs, tensors }: Source, rank: number) {
  const x = expectTensor(tensors, inputs[0], "input", rank === 4 ? 4 : undefined);
  const weights = expectTensor(tensors, inputs[1], "weights", rank);
  const bias = inputs[2] ?? -1;
  return { x, weights, inputs: bias < 0 ? [inputs[0]!, inputs[1]!] : [inputs[0]!, inputs[1]!, bias] };
}

function expectTensor(tensors: readonly Tensor[], index: number | undefined, what: string, rank?: number): Tensor {
  const tensor = tensors[index ?? -1];
  if (!tensor)
    throw new FormatError(`${what} expected a tensor from 0 to ${tensors.length - 1}, got ${index ?? "none"}`);
  if (rank !== undefined && tensor.shape.length !== rank) {
    throw new UnsupportedError(`${what} expected ${rank} dimensions, got ${formatShape(tensor.shape)}`);
  }
  return tensor;
}

function expectConstants(tensors: readonly Tensor[], index: number | undefined, what: string): number[] {
  const { data, dtype } = expectTensor(tensors, index, what);
  if (!data || dtype !== "int32")
    throw new UnsupportedError(`${what} expected constant int32, got ${data ? dtype : "a computed tensor"}`);
  return Array.from(data);
}

function expectOptions({ options }: Source): Table {
  if (!options) throw new FormatError("expected options, got none");
  return options;
}

function expectNoDilation(height: number, width: number): void {
  if (height !== 1 || width !== 1) throw new UnsupportedError(`dilation expected 1×1, got ${height}×${width}`);
}

function readSize(what: string, height: number, width: number): Size {
  if (height < 1 || width < 1) throw new FormatError(`${what} expected at least 1×1, got ${height}×${width}`);
  return [height, width];
}

function readStride(height: number, width: number): Size {
  return readSize("stride", height, width);
}

function readPadding(code: number, x: Tensor, kernel: Size, stride: Size): Padding {
  const name = schema.PADDING[code];
  if (!name) throw new FormatError(`padding expected SAME (0) or VALID (1), got ${code}`);
  return name === "SAME" ? samePadding([x.shape[1]!, x.shape[2]!], kernel, stride) : NO_PADDING;
}

function readActivation(code: number): Activation {
  const activation = schema.ACTIVATIONS[code];
  if (!activation) throw new UnsupportedError(`fused activation expected NONE (0), RELU (1) or RELU6 (3), got ${code}`);
  return activation;
}
