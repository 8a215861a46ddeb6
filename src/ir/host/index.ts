/**
 * The operators that TypeScript computes. They serve twice: a program runs them on tensors in linear memory, and
 * folding runs them on constants. Loaded with the first graph that needs one.
 */
import { UnsupportedError } from "../../errors.js";
import type { Op, OpType } from "../ops/index.js";
import type { Tensor } from "../tensor.js";
import { arithmetic } from "./arithmetic.js";
import { cast } from "./cast.js";
import { argmax, topk } from "./extremes.js";
import { gathernd, take } from "./gathering.js";
import { compare, logical, select } from "./logic.js";
import { concatenation, fill, reshape, slice, tile, transpose } from "./moving.js";
import type { HostOperator, HostTensor } from "./operator.js";

const OPERATORS: { readonly [T in OpType]?: HostOperator<T> } = {
  add: arithmetic,
  argmax,
  cast,
  compare,
  concatenation,
  div: arithmetic,
  fill,
  floordiv: arithmetic,
  floormod: arithmetic,
  gathernd,
  logical,
  maximum: arithmetic,
  minimum: arithmetic,
  mul: arithmetic,
  reshape,
  select,
  slice,
  sub: arithmetic,
  take,
  tile,
  topk,
  transpose,
};

/** Returns the function of an operator type; undefined if there is none. */
export function hostOperatorOf(type: OpType): HostOperator<OpType> | undefined {
  return Object.hasOwn(OPERATORS, type) ? (OPERATORS[type] as HostOperator<OpType>) : undefined;
}

const ARRAYS = {
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const;

/**
 * Computes an operator from constants.
 *
 * @param outputs its outputs, without elements.
 * @returns the outputs with their elements; undefined if no function here computes the operator for these types.
 */
export function evaluated(
  op: Op,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
): readonly HostTensor[] | undefined {
  const operator = hostOperatorOf(op.type);
  if (!operator || [...inputs, ...outputs].some(({ dtype }) => dtype === "float16")) return undefined;
  const made = outputs.map((tensor): HostTensor => {
    const count = tensor.shape.reduce((product, size) => product * size, 1);
    return { ...tensor, data: new ARRAYS[tensor.dtype as keyof typeof ARRAYS](count) };
  });
  try {
    operator(op, inputs as readonly HostTensor[], made)();
  } catch (error) {
    // A kernel may still compute it.
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
  return made;
}
