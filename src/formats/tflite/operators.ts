/**
 * TensorFlow Lite's operators in terms of the graph's: one function an operator, by the name the schema gives it. The
 * operators that few networks have are in rare.ts.
 */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { CommonOp, Op } from "../../ir/ops/index.js";
import { elementCount, formatShape, type Tensor } from "../../ir/tensor.js";
import { dilated, type Size } from "../../ir/window.js";
import type { Table } from "./flatbuffer.js";
import { readAdd } from "./add.js";
import { PLAIN } from "./plain.js";
import * as schema from "./schema.js";
import {
  expectOptions,
  expectTensor,
  readActivation,
  unary,
  type RareReaders,
  type Readers,
  type Source,
} from "./source.js";
import { readMean, readPad } from "./images.js";
import { readReshape } from "./reshape.js";
import { readPadding, readPool, readSize, readStride } from "./window.js";

const READERS: Readers<CommonOp> = {
  AVERAGE_POOL_2D: (source) => ({ type: "averagepool", ...readPool(source) }),
  CONV_2D: (source) => ({ type: "convolution", ...readWindow(source, schema.Conv2DOptions) }),
  DEPTHWISE_CONV_2D: (source) => ({ type: "depthwise", ...readWindow(source, schema.DepthwiseOptions) }),
  DEQUANTIZE: (source) => ({ type: "dequantize", ...unary(source) }),
  FULLY_CONNECTED: readFullyConnected,
  QUANTIZE: (source) => ({ type: "quantize", ...unary(source) }),
  RESHAPE: readReshape,
  SOFTMAX: (source) => ({ type: "softmax", beta: readBeta(source), ...unary(source) }),
  SQUEEZE: readReshape,
};

/** Operators that are common in most cases; in the others, these readers return undefined. */
const PARTIAL: Readonly<Record<string, (source: Source) => CommonOp | undefined>> = {
  ADD: readAdd,
  MEAN: readMean,
  PAD: readPad,
};

/** Whether all programs have the operators that stand for this one. */
export function isCommon(source: Source): boolean {
  const { name } = source;
  if (Object.hasOwn(PARTIAL, name)) return PARTIAL[name]!(source) !== undefined;
  return Object.hasOwn(PLAIN, name) || Object.hasOwn(READERS, name);
}

/** Returns the readers of common operators, or of all that there are. */
export async function loadReaders(areCommon: boolean): Promise<Readers> {
  return areCommon ? { ...READERS, ...(PARTIAL as Readers<CommonOp>) } : allReaders();
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
  if (Object.hasOwn(PLAIN, name)) return [{ ...PLAIN[name as keyof typeof PLAIN].attributes, ...unary(source) }];
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!read) throw new UnsupportedError(`not supported; supported are ${namesOf(readers).join(", ")}`);
  return [read(source)].flat();
}

/** The attributes that both kinds of convolution have. */
function readWindow(source: Source, id: typeof schema.Conv2DOptions | typeof schema.DepthwiseOptions) {
  const options = expectOptions(source);
  const { inputs, x, weights } = withWeights(source, 4);
  const stride = readStride(options.int32(id.strideH), options.int32(id.strideW));
  const kernel: Size = [weights.shape[1]!, weights.shape[2]!];
  return {
    inputs,
    outputs: source.outputs,
    stride,
    ...readTaps(options, id, x, kernel, stride),
    activation: readActivation(options.int8(id.activation)),
  };
}

/** Padding, and dilation where there is some. */
function readTaps(
  options: Table,
  id: { readonly padding: number; readonly dilationH: number; readonly dilationW: number },
  x: Tensor,
  kernel: Size,
  stride: Size,
) {
  const dilation = readSize("dilation", options.int32(id.dilationH, 1), options.int32(id.dilationW, 1));
  const padding = readPadding(options.int8(id.padding), x, dilated(kernel, dilation), stride);
  return dilation.every((distance) => distance === 1) ? { padding } : { padding, dilation };
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
