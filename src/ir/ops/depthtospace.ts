/** Channels as pixels. */
import { expectRank, mismatch } from "./operands.js";
import { NO_PADDING, type Padding } from "../window.js";
import type { OpModule } from "./module.js";

/** Input: x [N,H,W,C·size²]; output [N,H·size,W·size,C]. */
export interface DepthToSpace {
  readonly type: "depthtospace";
  readonly blockSize: number;
  /** Whether the channels of a pixel lie side by side, depth-column-row, or those of a square, column-row-depth. */
  readonly order: "dcr" | "crd";
  /** Rows and columns that are cut off the output. Missing: none. */
  readonly crops?: Padding;
}

export const depthtospace: OpModule<DepthToSpace> = {
  shapes({ blockSize, crops: { top, bottom, left, right } = NO_PADDING }, [x]) {
    const [images, height, width, channels] = expectRank("input", x!.shape, 4);
    const area = blockSize * blockSize;
    if (!(blockSize >= 1) || channels % area) mismatch("input channels", `a multiple of ${area}`, channels);
    const size = [height * blockSize - top - bottom, width * blockSize - left - right] as const;
    if (!size.every((side) => side > 0))
      mismatch("crops", "smaller than the images", [top, bottom, left, right].join());
    return [[images, ...size, channels / area]];
  },
};
