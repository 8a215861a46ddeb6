/** Comparisons that say where they fail. */
import type { Op } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { reference } from "../reference/index.js";

/** Throws if an operator's output is farther from the reference than the reference allows. */
export function expectReference(
  op: Op,
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
  got: ArrayLike<number>,
  ...others: readonly ArrayLike<number>[]
): void {
  const { values, bound } = reference(op, tensors, x, ...others);
  if (got.length !== values.length) throw new Error(`${got.length} outputs, expected ${values.length}`);
  for (let i = 0; i < values.length; ++i) {
    if (Object.is(got[i], values[i])) continue; // NaN and Infinity, too
    const error = Math.abs(got[i]! - values[i]!);
    if (!(error <= bound[i]!)) {
      throw new Error(`output ${i} is ${got[i]}, expected ${values[i]} ± ${bound[i]}: ${JSON.stringify(op)}`);
    }
  }
}
