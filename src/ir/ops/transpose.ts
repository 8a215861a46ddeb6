/** Dimensions in another order. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { OpModule } from "./module.js";

/** Dimension d of the output is dimension permutation[d] of x. */
export interface Transpose {
  readonly type: "transpose";
  readonly permutation: readonly number[];
}

export const transpose: OpModule<Transpose> = {
  shapes({ permutation }, [x]) {
    const { shape } = x!;
    const dimensions = permutation.toSorted((a, b) => a - b);
    if (dimensions.length !== shape.length || dimensions.some((dimension, i) => dimension !== i)) {
      throw new FormatError(`permutation expected of ${shape.length} dimensions, got ${permutation}`);
    }
    return [permutation.map((dimension) => shape[dimension]!)];
  },
  batched(op) {
    if (op.permutation[0] !== 0) throw new UnsupportedError("transpose expected to leave the batch dimension first");
    return op;
  },
};
