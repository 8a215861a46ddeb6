/** Zeros around an image. */
import type { Padding } from "../window.js";
import type { OpModule } from "./module.js";
import { expectRank } from "./operands.js";

/** Input: x [N,H,W,C]. */
export interface Pad {
  readonly type: "pad";
  readonly padding: Padding;
}

export const pad: OpModule<Pad> = {
  shapes({ padding: { top, bottom, left, right } }, [x]) {
    const [images, height, width, channels] = expectRank("input", x!.shape, 4);
    return [[images, height + top + bottom, width + left + right, channels]];
  },
  padding: (op) => op.padding,
};
