/** The largest elements of each row. */
import { UnsupportedError } from "../../errors.js";
import { elementCount } from "../tensor.js";
import type { OpModule } from "./module.js";
import { mismatch } from "./operands.js";

/**
 * Input: x of any shape with at least one dimension. Outputs: the k largest elements of the last dimension in descending
 * order, and their positions as int32. Of equal elements the first comes first.
 */
export interface TopK {
  readonly type: "topk";
  readonly k: number;
}

/** Comparisons of a run where each element replaces all k. */
const MAX_WORK = 2 ** 30;

export const topk: OpModule<TopK> = {
  shapes({ k }, [x]) {
    const size = x!.shape.at(-1) ?? 0;
    if (!(Number.isInteger(k) && k >= 1 && k <= size)) mismatch("k", `1…${size}`, k);
    const work = k * elementCount(x!.shape);
    if (work > MAX_WORK) throw new UnsupportedError(`topk expected k × elements of at most ${MAX_WORK}, got ${work}`);
    const shape = [...x!.shape.slice(0, -1), k];
    return [shape, shape];
  },
  dtypes: (_, [x]) => [x!.dtype, "int32"],
  host: true,
};
