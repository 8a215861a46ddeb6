/** Global average pooling. */
import type { OpModule } from "./module.js";
import { expectRank } from "./operands.js";

/** The mean over height and width. Input: x [N,H,W,C]; output [N,1,1,C] or, without `keepDims`, [N,C]. */
export interface Mean {
  readonly type: "mean";
  readonly keepDims: boolean;
}

export const mean: OpModule<Mean> = {
  shapes({ keepDims }, [x]) {
    const [images, , , channels] = expectRank("input", x!.shape, 4);
    return [keepDims ? [images, 1, 1, channels] : [images, channels]];
  },
};
