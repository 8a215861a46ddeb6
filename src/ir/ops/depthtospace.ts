/** Channels as pixels. */
import { expectRank, mismatch } from "./operands.js";
import type { OpModule } from "./module.js";

/** Input: x [N,H,W,C·size²]; output [N,H·size,W·size,C]. */
export interface DepthToSpace {
  readonly type: "depthtospace";
  readonly blockSize: number;
  /** Whether the channels of a pixel lie side by side, depth-column-row, or those of a square, column-row-depth. */
  readonly order: "dcr" | "crd";
}

export const depthtospace: OpModule<DepthToSpace> = {
  shapes({ blockSize }, [x]) {
    const [images, height, width, channels] = expectRank("input", x!.shape, 4);
    const area = blockSize * blockSize;
    if (!(blockSize >= 1) || channels % area) mismatch("input channels", `a multiple of ${area}`, channels);
    return [[images, height * blockSize, width * blockSize, channels / area]];
  },
};
