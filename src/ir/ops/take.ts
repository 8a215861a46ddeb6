/** Parts of a tensor at computed positions along a dimension. */
import { expectAxis, expectWhole } from "./host.js";
import { UnsupportedError } from "../../errors.js";
import type { OpModule } from "./module.js";

/**
 * Inputs: x of any shape; indices, int32 of any shape. Output: the parts of x at these positions along `axis`, whose
 * place the indices' own dimensions take. Negative positions count from the
 * end; those outside of x give zeros. For constant indices there is `gather`.
 */
export interface Take {
  readonly type: "take";
  readonly axis: number;
}

export const take: OpModule<Take> = {
  shapes({ axis }, [x, indices]) {
    expectAxis(axis, x!.shape);
    expectWhole("indices", indices);
    return [x!.shape.toSpliced(axis, 1, ...indices!.shape)];
  },
  batched(op) {
    if (op.axis === 0) throw new UnsupportedError("take expected along another dimension than the batch");
    return op;
  },
  host: true,
};
