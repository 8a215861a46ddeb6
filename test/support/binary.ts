/** Functions of two elements on random inputs of shapes that broadcast. */
import { BINARY, type BinaryType } from "../../src/ir/ops/binary.js";
import type { Activation } from "../../src/ir/ops/module.js";
import { buildGraph } from "../../src/ir/graph.js";
import { FLAVOURS, manyGraph, type Flavour, type OneOp } from "./graphs.js";

export const BINARY_TYPES = Object.keys(BINARY) as BinaryType[];

/** The element types that it has kernels for. */
export function flavoursOf(type: BinaryType): readonly Flavour[] {
  return type === "div" || type === "prelu" ? ["float32"] : FLAVOURS;
}

/** Whether it may be followed by an activation of its own. */
export function hasActivation(type: BinaryType): boolean {
  return BINARY[type].absorbActivation !== undefined;
}

export interface BinaryCase {
  readonly type: BinaryType;
  readonly shapes: readonly [readonly number[], readonly number[]];
  readonly activation: Activation;
  readonly constant: boolean;
  readonly swapped: boolean;
  readonly seed: number;
}

/** Minima and maxima exist for tensors of one quantisation. */
export function binaryGraph(
  { type, shapes, activation, constant, swapped, seed }: BinaryCase,
  flavour: Flavour,
): OneOp {
  const attributes = { type, activation: hasActivation(type) ? activation : ("none" as const), swapped };
  const one = manyGraph(attributes, shapes, flavour, seed, { constant });
  if (type !== "maximum" && type !== "minimum") return one;
  const { quantization } = one.graph.tensors[0]!;
  const graph = buildGraph({ ...one.graph, tensors: one.graph.tensors.map((tensor) => ({ ...tensor, quantization })) });
  return { ...one, graph, op: graph.ops[0]! };
}
