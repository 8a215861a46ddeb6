/**
 * TensorFlow Lite's operators in terms of the graph's: one function an operator, by the name the schema gives it. The
 * operators that few networks have are in rare.ts.
 */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { CommonOp, Op } from "../../ir/ops/index.js";
import { elementCount, formatShape } from "../../ir/tensor.js";
import type { Size } from "../../ir/window.js";
import { PLAIN } from "./plain.js";
import * as schema from "./schema.js";
import {
  expectConstants,
  expectOptions,
  expectTensor,
  readActivation,
  unary,
  type RareReaders,
  type Readers,
  type Source,
} from "./source.js";
import { readPadding, readPool, readStride } from "./window.js";

const READERS: Readers<CommonOp> = {
  ADD: readAdd,
  AVERAGE_POOL_2D: (source) => ({ type: "averagepool", ...readPool(source) }),
  CONV_2D: readConvolution,
  DEPTHWISE_CONV_2D: readDepthwise,
  DEQUANTIZE: (source) => ({ type: "dequantize", ...unary(source) }),
  FULLY_CONNECTED: readFullyConnected,
  MEAN: readMean,
  PAD: readPad,
  QUANTIZE: (source) => ({ type: "quantize", ...unary(source) }),
  RESHAPE: readReshape,
  SOFTMAX: (source) => ({ type: "softmax", beta: readBeta(source), ...unary(source) }),
  SQUEEZE: readReshape,
};

/** Returns the readers of at least these operators, as far as there are any. */
export async function readersFor(names: readonly string[]): Promise<Readers> {
  const isCommon = (name: string) => Object.hasOwn(PLAIN, name) || Object.hasOwn(READERS, name);
  return names.every(isCommon) ? READERS : allReaders();
}

async function allReaders(): Promise<Readers> {
  const rare: RareReaders = (await import("./rare.js")).RARE;
  return { ...READERS, ...rare };
}

/** The names of all operators that files may have. */
export async function supportedOperators(): Promise<string[]> {
  return namesOf(await allReaders());
}

function namesOf(readers: Readers): string[] {
  return [...Object.keys(readers), ...Object.keys(PLAIN)].toSorted();
}

/** The graph's operators for one of the file's. Throws UnsupportedError, which lists the supported ones. */
export function readOperator(source: Source, readers: Readers): Op[] {
  const { name } = source;
  if (Object.hasOwn(PLAIN, name)) return [{ ...PLAIN[name as keyof typeof PLAIN], ...unary(source) }];
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!read) throw new UnsupportedError(`not supported; supported are ${namesOf(readers).join(", ")}`);
  return [read(source)].flat();
}

function readConvolution(source: Source): CommonOp {
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

function readDepthwise(source: Source): CommonOp {
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
function readFullyConnected(source: Source): CommonOp[] {
  const { options, outputs, tensors } = source;
  const { inputs, x, weights } = withWeights(source, 2);
  const id = schema.FullyConnectedOptions;
  if (options?.int8(id.weightsFormat))
    throw new UnsupportedError("weights expected in the default format, got shuffled");
  const activation = readActivation(options?.int8(id.activation) ?? 0);
  const depth = weights.shape[1]!;
  const op: CommonOp = { type: "fullyconnected", inputs, outputs, activation };
  if (x.shape.at(-1) === depth && x.shape.length === tensors[outputs[0]!]?.shape.length) return [op];
  const rows = elementCount(x.shape) / depth;
  if (!Number.isInteger(rows))
    throw new FormatError(`input expected a multiple of ${depth} elements, got ${formatShape(x.shape)}`);
  const shape = [rows, depth];
  const flat = tensors.push({ ...x, name: `${x.name}/flat`, shape, data: undefined }) - 1;
  const reshape: CommonOp = { type: "reshape", inputs: [inputs[0]!], outputs: [flat], shape };
  return [reshape, { ...op, inputs: [flat, ...inputs.slice(1)] }];
}

/** A constant stands last in the graph. */
function readAdd({ options, inputs, outputs, tensors }: Source): CommonOp {
  const [x, y] = inputs.map((index) => expectTensor(tensors, index, "input"));
  if (!x || !y || inputs.length > 2) throw new FormatError(`expected 2 inputs, got ${inputs.length}`);
  const activation = readActivation(options?.int8(schema.AddOptions.activation) ?? 0);
  return { type: "add", inputs: x.data ? inputs.toReversed() : inputs, outputs, activation };
}

function readMean(source: Source): CommonOp {
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

function readPad({ inputs, outputs, tensors }: Source): CommonOp {
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
function readReshape({ inputs, outputs, tensors }: Source): CommonOp {
  expectTensor(tensors, inputs[0], "input");
  const { shape } = expectTensor(tensors, outputs[0], "output");
  return { type: "reshape", inputs: [inputs[0]!], outputs, shape };
}

function readBeta({ options }: Source): number {
  const beta = options?.float32(schema.SoftmaxOptions.beta) ?? 1;
  if (!(beta > 0 && beta < Infinity)) throw new FormatError(`beta expected above 0, got ${beta}`);
  return beta;
}

/** Inputs of a convolution or fully connected layer; a bias of -1 is none. */
function withWeights({ inputs, tensors }: Source, rank: number) {
  const x = expectTensor(tensors, inputs[0], "input", rank === 4 ? 4 : undefined);
  const weights = expectTensor(tensors, inputs[1], "weights", rank);
  const bias = inputs[2] ?? -1;
  return { x, weights, inputs: bias < 0 ? [inputs[0]!, inputs[1]!] : [inputs[0]!, inputs[1]!, bias] };
}

function expectNoDilation(height: number, width: number): void {
  if (height !== 1 || width !== 1) throw new UnsupportedError(`dilation expected 1×1, got ${height}×${width}`);
}
