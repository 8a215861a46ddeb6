/** All operators. The types of a graph's operators follow from this list. */
import type { Shape, Tensor } from "../tensor.js";
import { activation } from "./activation.js";
import { add } from "./add.js";
import { averagepool } from "./averagepool.js";
import { batchnorm } from "./batchnorm.js";
import { concatenation } from "./concatenation.js";
import { convolution } from "./convolution.js";
import { depthwise } from "./depthwise.js";
import { dequantize } from "./dequantize.js";
import { detection } from "./detection.js";
import { fullyconnected } from "./fullyconnected.js";
import { leakyrelu } from "./leakyrelu.js";
import { logistic } from "./logistic.js";
import { maxpool } from "./maxpool.js";
import { mean } from "./mean.js";
import type { OpModule, Place } from "./module.js";
import { pad } from "./pad.js";
import { quantize } from "./quantize.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { transpose } from "./transpose.js";

/** Operators by their type. */
const OPERATORS = {
  activation,
  add,
  averagepool,
  batchnorm,
  concatenation,
  convolution,
  depthwise,
  dequantize,
  detection,
  fullyconnected,
  leakyrelu,
  logistic,
  maxpool,
  mean,
  pad,
  quantize,
  reshape,
  slice,
  softmax,
  transpose,
};

type Operators = typeof OPERATORS;
type AttributesOf<M> = M extends OpModule<infer A> ? A : never;

/** The attributes of an operator; `type` says which one. */
export type OpAttributes = { [T in keyof Operators]: AttributesOf<Operators[T]> & { type: T } }[keyof Operators];

export type OpType = keyof Operators;

/** An operator of a graph. */
export type Op<A extends OpAttributes = OpAttributes> = A & Place;

/** One operator type out of the union. */
export type OpOf<T extends OpType> = Op<AttributesOf<Operators[T]>>;

/** The module of an operator, which knows its traits. */
export function moduleOf({ type }: OpAttributes): OpModule<OpAttributes> {
  return OPERATORS[type];
}

/** The shapes of an operator's outputs. Throws FormatError where the inputs do not fit together. */
export function outputShapes(op: Op, tensors: readonly Tensor[]): readonly Shape[] {
  return moduleOf(op).shapes(op, operandsOf(op, tensors));
}

/** The shape of its output, or of its first. */
export function outputShape(op: Op, tensors: readonly Tensor[]): Shape {
  return outputShapes(op, tensors)[0]!;
}

/** An operator's inputs. */
export function operandsOf({ inputs }: Place, tensors: readonly Tensor[]): Tensor[] {
  return inputs.map((index) => tensors[index]!);
}
