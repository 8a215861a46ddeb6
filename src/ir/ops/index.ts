/**
 * All operators, in two tables. The types of a graph's operators follow from both.
 *
 * - COMMON, here: the operators of MobileNet classifiers as `.tflite`. Every program has them.
 * - RARE, in rare.ts: all others. Their modules are loaded with the first graph that has one.
 *
 * moduleOf() is synchronous, so a rare operator must be known before a graph holds it. Two ways make one known:
 *
 * - Code that makes operators, such as a reader, passes them through rare() of ../rare.ts, which imports the rare table.
 *   The types enforce it: GraphBuilder and the tables of readers take a CommonOp, or something that rare() returned.
 * - A graph that a caller wrote as data goes through prepare(), which calls loadOperators() first.
 *
 * To add a rare operator: a module beside this file and its line in rare.ts; its lowering and a line in
 * compiler/lower/rare.ts; a kernel, if it needs one, in assembly/builds/rare.ts; then the readers.
 */
import { UnsupportedError } from "../../errors.js";
import type { Shape, Tensor } from "../tensor.js";
import { activation } from "./activation.js";
import { add } from "./add.js";
import { averagepool } from "./averagepool.js";
import { batchnorm } from "./batchnorm.js";
import { convolution } from "./convolution.js";
import { depthwise } from "./depthwise.js";
import { dequantize } from "./dequantize.js";
import { fullyconnected } from "./fullyconnected.js";
import { mean } from "./mean.js";
import type { OpModule, Place } from "./module.js";
import { pad } from "./pad.js";
import { quantize } from "./quantize.js";
import type { RARE } from "./rare.js";
import { reshape } from "./reshape.js";
import { softmax } from "./softmax.js";

/** The operators of MobileNet classifiers, by their type. */
const COMMON = {
  activation,
  add,
  averagepool,
  batchnorm,
  convolution,
  depthwise,
  dequantize,
  fullyconnected,
  mean,
  pad,
  quantize,
  reshape,
  softmax,
};

type Operators = typeof COMMON & typeof RARE;
type AttributesOf<M> = M extends OpModule<infer A> ? A : never;

/** The attributes of an operator; `type` says which one. */
export type OpAttributes = { [T in OpType]: AttributesOf<Operators[T]> & { type: T } }[OpType];

export type OpType = keyof Operators;

/** An operator of a graph. */
export type Op<A extends OpAttributes = OpAttributes> = A & Place;

/** One operator type out of the union. */
export type OpOf<T extends OpType> = Op<AttributesOf<Operators[T]>>;

/** The attributes of an operator that every program has. */
export type CommonAttributes = Extract<OpAttributes, { type: keyof typeof COMMON }>;

/** The attributes of an operator that few networks have. */
export type RareAttributes = Exclude<OpAttributes, CommonAttributes>;

/** An operator that every program has. */
export type CommonOp = Op<CommonAttributes>;

declare const KNOWN: unique symbol;

/** A value of rare(): moduleOf() knows all operators in it. */
export type Known<T> = T & { readonly [KNOWN]: true };

/** The attributes of an operator that moduleOf() knows. */
export type KnownAttributes = CommonAttributes | Known<RareAttributes>;

/** The modules that moduleOf() finds. */
const known: Partial<Record<string, OpModule<OpAttributes>>> = { ...COMMON };

/** Makes the rare operators known. */
export function addOperators(table: typeof RARE): void {
  Object.assign(known, table);
}

/** Makes the operators of a graph known, so that moduleOf() finds them. */
export async function loadOperators(ops: readonly OpAttributes[]): Promise<void> {
  if (!ops.every(({ type }) => Object.hasOwn(known, type))) addOperators((await import("./rare.js")).RARE);
}

/** The module of an operator, which knows its traits. Throws UnsupportedError if there is no such operator. */
export function moduleOf({ type }: OpAttributes): OpModule<OpAttributes> {
  const module = Object.hasOwn(known, type) && known[type];
  if (!module) throw new UnsupportedError(`operator ${type}: not supported`);
  return module;
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
