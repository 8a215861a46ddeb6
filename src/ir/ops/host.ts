/** Checks that operators on the host share. */
import { UnsupportedError } from "../../errors.js";
import type { Shape, Tensor } from "../tensor.js";
import { mismatch } from "./operands.js";

export function expectAxis(axis: number, shape: Shape): void {
  if (!(axis >= 0 && axis < shape.length)) mismatch("axis", `0…${shape.length - 1}`, axis);
}

export function expectWhole(what: string, tensor: Tensor | undefined): void {
  if (tensor?.dtype !== "int32") mismatch(what, "int32", tensor?.dtype);
}

/** batched() of operators that do not keep images apart. */
export function singleImage({ type }: { readonly type: string }): never {
  throw new UnsupportedError(`${type} expected a single image`);
}
