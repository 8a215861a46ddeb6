/**
 * The operators: their attributes, and the shapes they make.
 *
 * Tensors are named by their index in the graph. `inputs` lists the activations first, then the constants, in the
 * order that each operator's comment gives; a convolution without bias has two inputs.
 */
import { FormatError } from "../errors.js";
import { elementCount, formatShape, type Tensor } from "./tensor.js";

/** The clamp after an operator: max(x, 0), min(max(x, 0), 6), or nothing. */
export type Activation = "none" | "relu" | "relu6";

/** [height, width] */
export type Size = readonly [number, number];

/** Rows and columns of zeros around the image. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Standard convolution, eq. (1) of the paper. Inputs: x [N,H,W,C], weights [N',kh,kw,C], bias [N']. */
export interface Convolution {
  readonly type: "convolution";
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: Activation;
}

/** Depthwise convolution, eq. (3). Inputs: x [N,H,W,C], weights [1,kh,kw,C], bias [C]. */
export interface Depthwise {
  readonly type: "depthwise";
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: Activation;
}

/** Inputs: x [rows, C], weights [N, C], bias [N]. */
export interface FullyConnected {
  readonly type: "fullyconnected";
  readonly activation: Activation;
}

/**
 * Batch normalisation with the statistics of training (Ioffe & Szegedy 2015, algorithm 2):
 * gamma · (x - mean) / √(variance + epsilon) + beta. Inputs: x [N,H,W,C] or [N,C], then gamma, beta, mean and variance,
 * each [C].
 */
export interface BatchNorm {
  readonly type: "batchnorm";
  readonly epsilon: number;
}

/** The mean over a window, without the padding. Input: x [N,H,W,C]. */
export interface AveragePool {
  readonly type: "averagepool";
  readonly kernel: Size;
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: Activation;
}

/** The largest element of a window, without the padding. Input: x [N,H,W,C]. */
export interface MaxPool {
  readonly type: "maxpool";
  readonly kernel: Size;
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: Activation;
}

/** The mean over height and width. Input: x [N,H,W,C]; output [N,1,1,C] or [N,C]. */
export interface Mean {
  readonly type: "mean";
  readonly keepDims: boolean;
}

/** exp(β·x) / Σ exp(β·x) over the last dimension. */
export interface Softmax {
  readonly type: "softmax";
  readonly beta: number;
}

/** 1 / (1 + exp(-x)) */
export interface Logistic {
  readonly type: "logistic";
}

/** x where it is at least 0, else slope · x. */
export interface LeakyRelu {
  readonly type: "leakyrelu";
  readonly slope: number;
}

/** x + y. Inputs: two of one shape; or x and a constant y with one value, or one for each channel. */
export interface Add {
  readonly type: "add";
  readonly activation: Activation;
}

/** The inputs one after another along a dimension; the others are the same. Inputs: any number. */
export interface Concatenation {
  readonly type: "concatenation";
  readonly axis: number;
}

/** Dimension d of the output is dimension permutation[d] of x. */
export interface Transpose {
  readonly type: "transpose";
  readonly permutation: readonly number[];
}

/** Along each dimension `size` elements of x: that at `begin` and those a `step` further, which may be negative. */
export interface Slice {
  readonly type: "slice";
  readonly begin: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
}

/**
 * Boxes from what a detector says of its anchors, without those that overlap better ones: TensorFlow Lite's custom
 * operator TFLite_Detection_PostProcess. Inputs: encodings y, x, h, w [N,B,4], scores [N,B,classes] or, with a background
 * before them, [N,B,1+classes], constant anchors y, x, h, w [B,4]. Outputs, with D = maxDetections · maxClasses: boxes
 * top, left, bottom, right [N,D,4], classes [N,D], scores [N,D], how many there are [N].
 */
export interface Detection {
  readonly type: "detection";
  readonly maxDetections: number;
  /** How many classes a box may come with, if they are not `regular`. */
  readonly maxClasses: number;
  /** How many boxes of a class may stay, if they are `regular`. */
  readonly detectionsPerClass: number;
  /** Boxes compete in each class on its own; else all compete by their best class. */
  readonly regular: boolean;
  readonly scoreThreshold: number;
  readonly iouThreshold: number;
  readonly classes: number;
  /** By what the encodings are divided: y, x, h, w. */
  readonly scales: readonly [number, number, number, number];
}

/** The same elements in another shape. */
export interface Reshape {
  readonly type: "reshape";
  readonly shape: readonly number[];
}

/** Zeros around the image. Input: x [N,H,W,C]. */
export interface Pad {
  readonly type: "pad";
  readonly padding: Padding;
}

/** To 8 bits, from float32 or from another quantisation. */
export interface Quantize {
  readonly type: "quantize";
}

/** To float32. */
export interface Dequantize {
  readonly type: "dequantize";
}

/** An activation that stands alone. */
export interface Activate {
  readonly type: "activation";
  readonly activation: Activation;
}

export type OpAttributes =
  | Convolution
  | Depthwise
  | FullyConnected
  | BatchNorm
  | AveragePool
  | MaxPool
  | Mean
  | Softmax
  | Logistic
  | LeakyRelu
  | Add
  | Concatenation
  | Transpose
  | Slice
  | Detection
  | Reshape
  | Pad
  | Quantize
  | Dequantize
  | Activate;

export type OpType = OpAttributes["type"];

export type Op<A extends OpAttributes = OpAttributes> = A & {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
};

/** One operator type out of the union. */
export type OpOf<T extends OpType> = Op<Extract<OpAttributes, { type: T }>>;

export const NO_PADDING: Padding = /* @__PURE__ */ Object.freeze({ top: 0, bottom: 0, left: 0, right: 0 });

/**
 * TensorFlow's SAME padding: out = ⌈in / stride⌉, and of the rows (columns) that this needs and the input lacks, half
 * before, rounded down, and the rest after.
 */
export function samePadding(input: Size, kernel: Size, stride: Size): Padding {
  const [top, bottom] = sameAlong(input[0], kernel[0], stride[0]);
  const [left, right] = sameAlong(input[1], kernel[1], stride[1]);
  return { top, bottom, left, right };
}

function sameAlong(size: number, kernel: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The shapes of an operator's outputs. Throws FormatError where the inputs do not fit together. */
export function outputShapes(op: Op, tensors: readonly Tensor[]): readonly (readonly number[])[] {
  return op.type === "detection" ? detected(op, tensors) : [outputShape(op, tensors)];
}

/** The shape of its output, or of its first. */
export function outputShape(op: Op, tensors: readonly Tensor[]): readonly number[] {
  const shapes = op.inputs.map((index) => tensors[index]!.shape);
  const x = shapes[0]!;
  switch (op.type) {
    case "convolution": {
      const [channels, height, width, depth] = expectRank("weights", shapes[1]!, 4);
      expectRank("input", x, 4);
      if (x[3] !== depth) mismatch("input channels", depth, x[3]);
      expectBias(shapes[2], channels);
      return [...windowed(x, [height, width], op.stride, op.padding), channels];
    }
    case "depthwise": {
      const [one, height, width, channels] = expectRank("weights", shapes[1]!, 4);
      expectRank("input", x, 4);
      if (one !== 1) mismatch("first dimension of the weights", 1, one);
      if (x[3] !== channels) mismatch("input channels (depth multiplier 1)", channels, x[3]);
      expectBias(shapes[2], channels);
      return [...windowed(x, [height, width], op.stride, op.padding), channels];
    }
    case "fullyconnected": {
      const [rows, depth] = expectRank("weights", shapes[1]!, 2);
      if (x.at(-1) !== depth) mismatch("last dimension of the input", depth, x.at(-1));
      expectBias(shapes[2], rows);
      return [...x.slice(0, -1), rows];
    }
    case "batchnorm":
      for (const shape of shapes.slice(1)) {
        if (shape.length !== 1 || shape[0] !== x.at(-1))
          mismatch("length of gamma, beta, mean and variance", x.at(-1) ?? 1, shape.join("×"));
      }
      return x;
    case "averagepool":
    case "maxpool":
      expectRank("input", x, 4);
      expectInside(op.kernel, op.padding);
      return [...windowed(x, op.kernel, op.stride, op.padding), x[3]!];
    case "mean":
      expectRank("input", x, 4);
      return op.keepDims ? [x[0]!, 1, 1, x[3]!] : [x[0]!, x[3]!];
    case "pad": {
      expectRank("input", x, 4);
      const { top, bottom, left, right } = op.padding;
      return [x[0]!, x[1]! + top + bottom, x[2]! + left + right, x[3]!];
    }
    case "reshape":
      return op.shape;
    case "detection":
      return detected(op, tensors)[0]!;
    case "concatenation":
      return concatenated(op.axis, shapes);
    case "transpose": {
      const dimensions = op.permutation.toSorted((a, b) => a - b);
      if (dimensions.length !== x.length || dimensions.some((dimension, i) => dimension !== i)) {
        throw new FormatError(`permutation expected of ${x.length} dimensions, got ${op.permutation}`);
      }
      return op.permutation.map((dimension) => x[dimension]!);
    }
    case "slice":
      expectSlice(op, x);
      return op.size;
    case "add":
      expectAddend(x, tensors[op.inputs[1]!]!);
      return x;
    case "softmax":
    case "logistic":
    case "leakyrelu":
    case "quantize":
    case "dequantize":
    case "activation":
      return x;
  }
}

/** [N, out height, out width] of a window that slides over x. */
function windowed(x: readonly number[], kernel: Size, stride: Size, padding: Padding): number[] {
  const height = x[1]! + padding.top + padding.bottom;
  const width = x[2]! + padding.left + padding.right;
  if (kernel[0] > height || kernel[1] > width) {
    throw new FormatError(`a ${formatShape(kernel)} window does not fit into ${height}×${width}`);
  }
  return [x[0]!, Math.floor((height - kernel[0]) / stride[0]) + 1, Math.floor((width - kernel[1]) / stride[1]) + 1];
}

/** So that every window has an element of the image in it. */
function expectInside(kernel: Size, { top, bottom, left, right }: Padding): void {
  if (Math.max(top, bottom) >= kernel[0] || Math.max(left, right) >= kernel[1]) {
    throw new FormatError(`padding expected less than the ${formatShape(kernel)} window`);
  }
}

function expectRank<R extends number>(what: string, shape: readonly number[], rank: R): FixedShape<R> {
  if (shape.length !== rank) throw new FormatError(`${what} expected ${rank} dimensions, got ${formatShape(shape)}`);
  return shape as FixedShape<R>;
}

type FixedShape<R extends number> = R extends 2
  ? readonly [number, number]
  : R extends 3
    ? readonly [number, number, number]
    : readonly [number, number, number, number];

function expectBias(shape: readonly number[] | undefined, channels: number): void {
  if (shape && (shape.length !== 1 || shape[0] !== channels)) {
    throw new FormatError(`bias expected shape ${channels}, got ${formatShape(shape)}`);
  }
}

function detected(op: Op<Detection>, tensors: readonly Tensor[]): readonly (readonly number[])[] {
  const [encodings, scores, anchors] = op.inputs.map((index) => tensors[index]!.shape);
  const [images, boxes, size] = expectRank("encodings", encodings!, 3);
  const [, count, columns] = expectRank("scores", scores!, 3);
  if (size < 4) mismatch("numbers of an encoding", 4, size);
  if (count !== boxes) mismatch("scores of boxes", boxes, count);
  if (columns !== op.classes && columns !== op.classes + 1) mismatch("classes", op.classes, columns);
  if (anchors!.join() !== `${boxes},4`) mismatch("anchors", `${boxes}×4`, formatShape(anchors!));
  const most = op.maxDetections * op.maxClasses;
  return [[images, most, 4], [images, most], [images, most], [images]];
}

function concatenated(axis: number, shapes: readonly (readonly number[])[]): readonly number[] {
  const [x] = shapes as [readonly number[]];
  if (!(axis >= 0 && axis < x.length)) throw new FormatError(`axis expected below ${x.length}, got ${axis}`);
  for (const shape of shapes) {
    if (shape.length !== x.length || shape.some((size, i) => i !== axis && size !== x[i])) {
      throw new FormatError(`input expected ${formatShape(x)} but for dimension ${axis}, got ${formatShape(shape)}`);
    }
  }
  return x.map((size, i) => (i === axis ? shapes.reduce((sum, shape) => sum + shape[i]!, 0) : size));
}

function expectSlice({ begin, size, step }: Slice, x: readonly number[]): void {
  const lengths = [begin, size, step].map(({ length }) => length);
  if (lengths.some((length) => length !== x.length)) {
    throw new FormatError(`begin, size and step expected of ${x.length} dimensions, got ${lengths}`);
  }
  for (const [i, all] of x.entries()) {
    const last = begin[i]! + step[i]! * (size[i]! - 1);
    if (!(size[i]! > 0 && begin[i]! >= 0 && begin[i]! < all && last >= 0 && last < all)) {
      throw new FormatError(`slice expected inside of ${formatShape(x)}, got ${size[i]} from ${begin[i]} to ${last}`);
    }
  }
}

function expectAddend(x: readonly number[], { shape, data }: Tensor): void {
  const same = shape.length === x.length && shape.every((size, i) => size === x[i]);
  const vector = elementCount(shape) === (shape.at(-1) ?? 1) && [1, x.at(-1)].includes(shape.at(-1) ?? 1);
  if (!same && !(data && vector)) {
    throw new FormatError(`second input expected ${formatShape(x)} or constants, got ${formatShape(shape)}`);
  }
}

function mismatch(what: string, expected: number | string, got: number | string | undefined): never {
  throw new FormatError(`${what} expected ${expected}, got ${got}`);
}
