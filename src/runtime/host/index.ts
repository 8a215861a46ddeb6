/** Operators that TypeScript computes on plain views instead of a kernel. */
import type { Op, OpOf, OpType } from "../../ir/ops/index.js";
import type { Tensor, TensorView } from "../../ir/tensor.js";
import type { HostFunction } from "../execute.js";

/**
 * Binds an operator to its tensors, which lie in NHWC.
 *
 * @param view returns the elements of a tensor.
 * @param batch runs of the model that the tensors hold.
 * @returns a function that computes the operator for the first so many runs.
 */
export type HostOperator<T extends OpType> = (
  op: OpOf<T>,
  tensors: readonly Tensor[],
  view: (tensor: number) => TensorView,
  batch: number,
) => HostFunction;

/** Each is loaded when a graph has it. */
const LOADERS: { readonly [T in OpType]?: () => Promise<HostOperator<T>> } = {
  detection: async () => (await import("./detection.js")).detection,
};

/** Whether TypeScript computes an operator. */
export function runsOnHost({ type }: Op): boolean {
  return Object.hasOwn(LOADERS, type);
}

/** Loads the implementations of these operators, by type. */
export async function loadHostOperators(ops: readonly Op[]): Promise<ReadonlyMap<OpType, HostOperator<OpType>>> {
  const types = [...new Set(ops.map(({ type }) => type))];
  const loaded = types.map(async (type) => [type, (await LOADERS[type]!()) as HostOperator<OpType>] as const);
  return new Map(await Promise.all(loaded));
}
