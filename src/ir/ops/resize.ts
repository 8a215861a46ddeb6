/** Images of another size. */
import { FormatError } from "../../errors.js";
import type { Size } from "../window.js";
import type { OpModule } from "./module.js";
import { expectRank } from "./operands.js";

/**
 * Input: x [N,H,W,C]; output [N,...size,C]. Row y of the output is at row p of the input, which is between two rows; so are
 * columns. With the ratio r of rows of the input to rows of the output, p is
 *
 * - asymmetric: y · r
 * - alignCorners: the same with r = (H - 1) / (height - 1), which puts the corners on each other
 * - halfPixel: (y + ½) · r - ½, where pixels are squares and not points
 *
 * Positions outside of the image are moved to its edge.
 */
export interface Resize {
  readonly type: "resize";
  /** The four pixels around a position by their distance, or one of them. */
  readonly mode: "bilinear" | "nearest";
  readonly size: Size;
  readonly coordinates: "asymmetric" | "alignCorners" | "halfPixel";
  /** Which pixel is nearest; says nothing in bilinear mode. A half is rounded up or down. */
  readonly rounding: "floor" | "ceil" | "halfUp" | "halfDown";
  /** Rows and columns of the input for each of the output. Missing: what follows from the sizes. */
  readonly ratio?: Size;
}

export const resize: OpModule<Resize> = {
  shapes({ size, ratio }, [x]) {
    const [images, , , channels] = expectRank("input", x!.shape, 4);
    if (!size.every((side) => Number.isInteger(side) && side > 0)) {
      throw new FormatError(`size expected of positive integers, got ${size.join("×")}`);
    }
    if (ratio && !ratio.every((each) => each > 0 && each < Infinity)) {
      throw new FormatError(`ratio expected above 0, got ${ratio.join(" and ")}`);
    }
    return [[images, ...size, channels]];
  },
};
