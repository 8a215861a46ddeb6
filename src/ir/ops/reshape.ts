/** The same elements in another shape. */
import { FormatError } from "../../errors.js";
import { elementCount, formatShape } from "../tensor.js";
import type { OpModule } from "./module.js";

/** Input: x of any shape with as many elements as `shape` has. */
export interface Reshape {
  readonly type: "reshape";
  readonly shape: readonly number[];
}

export const reshape: OpModule<Reshape> = {
  shapes({ shape }, [x]) {
    if (elementCount(shape) !== elementCount(x!.shape)) {
      throw new FormatError(`cannot make ${formatShape(shape)} of ${formatShape(x!.shape)}`);
    }
    return [shape];
  },
  batched: (op, shape) => ({ ...op, shape }),
};
