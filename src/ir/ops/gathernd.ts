/** Parts of a tensor at computed coordinates. */
import type { OpModule } from "./module.js";
import { expectWhole, singleImage } from "./host.js";
import { mismatch } from "./operands.js";

/**
 * Inputs: x of any shape; indices, int32 […, D], each row of which names the part of x with these first D coordinates.
 * Output: the parts, in the shape of the indices without the last dimension and then the rest of x. Negative
 * coordinates count from the end; those outside of x give zeros.
 */
export interface GatherNd {
  readonly type: "gathernd";
}

export const gathernd: OpModule<GatherNd> = {
  shapes(_, [x, indices]) {
    expectWhole("indices", indices);
    const depth = indices!.shape.at(-1) ?? 0;
    if (depth < 1 || depth > x!.shape.length) mismatch("coordinates", `1…${x!.shape.length}`, depth);
    return [[...indices!.shape.slice(0, -1), ...x!.shape.slice(depth)]];
  },
  batched: singleImage,
  host: true,
};
