/** The position of the largest or smallest element along a dimension. */
import { UnsupportedError } from "../../errors.js";
import type { OpModule } from "./module.js";
import { expectAxis } from "./host.js";

/** Input: x of any shape. Output: int32, the shape of x without dimension `axis`. Of equal elements the first counts. */
export interface ArgMax {
  readonly type: "argmax";
  readonly axis: number;
  /** The smallest element instead of the largest. */
  readonly least: boolean;
}

export const argmax: OpModule<ArgMax> = {
  shapes({ axis }, [x]) {
    expectAxis(axis, x!.shape);
    return [x!.shape.toSpliced(axis, 1)];
  },
  dtypes: () => ["int32"],
  batched(op) {
    if (op.axis === 0) throw new UnsupportedError("argmax expected along another dimension than the batch");
    return op;
  },
  host: true,
};
