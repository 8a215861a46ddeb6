/** Operators that TypeScript computes on plain views instead of a kernel. */
import { UnsupportedError } from "../../errors.js";
import type { HostTensor } from "../../ir/host/operator.js";
import type { Op, OpOf, OpType } from "../../ir/ops/index.js";
import type { HostFunction } from "../execute.js";

/**
 * Binds an operator to its tensors.
 *
 * @param batch runs of the model that the tensors hold.
 * @returns a function that computes the operator for at least the first so many runs.
 */
export type BatchOperator<T extends OpType> = (
  op: OpOf<T>,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
  batch: number,
) => HostFunction;

/** Loads the implementations of operators and returns a function that binds one. */
export async function loadHostOperators(ops: readonly Op[]): Promise<BatchOperator<OpType>> {
  if (!ops.length) return unsupported;
  const has = (wanted: OpType) => ops.some(({ type }) => type === wanted);
  const detection = has("detection") ? (await import("./detection.js")).detection : unsupported;
  const suppression = has("suppression") ? (await import("./suppression.js")).suppression : unsupported;
  const isOwn = ({ type }: Op) => type === "detection" || type === "suppression";
  const others = ops.every(isOwn) ? undefined : (await import("../../ir/host/index.js")).hostOperatorOf;
  return (op, inputs, outputs, batch) => {
    if (op.type === "detection") return detection(op, inputs, outputs, batch);
    if (op.type === "suppression") return suppression(op, inputs, outputs);
    return (others?.(op.type) ?? unsupported)(op, inputs, outputs);
  };
}

/** Throws UnsupportedError, which names the operator. */
function unsupported({ type }: Op, [x]: readonly HostTensor[]): never {
  throw new UnsupportedError(`${type} expected float32, uint8 or int8, got ${x?.dtype}`);
}
