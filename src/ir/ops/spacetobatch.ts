/** Every n-th pixel as an image of its own, and back: TensorFlow 1 wrote dilated convolutions with these around. */
import { UnsupportedError } from "../../errors.js";
import type { Padding, Size } from "../window.js";
import type { OpModule } from "./module.js";
import { expectRank, mismatch } from "./operands.js";

/**
 * Input: x [N,H,W,C]; output [block[0]·block[1]·N, H/block[0], W/block[1], C]: all pixels of row i and column j of each block
 * make the images (i · block[1] + j) · N + n.
 */
export interface SpaceToBatch {
  readonly type: "spacetobatch";
  readonly block: Size;
}

/** The inverse of SpaceToBatch; `crops` is cut off the images. */
export interface BatchToSpace {
  readonly type: "batchtospace";
  readonly block: Size;
  readonly crops: Padding;
}

export const spacetobatch: OpModule<SpaceToBatch> = {
  shapes({ block }, [x]) {
    const [images, height, width, channels] = expectRank("input", x!.shape, 4);
    if (height % block[0] || width % block[1]) {
      mismatch("height and width", `multiples of ${block.join(" and ")}`, `${height}×${width}`);
    }
    return [[images * block[0] * block[1], height / block[0], width / block[1], channels]];
  },
  batched: refuse,
};

export const batchtospace: OpModule<BatchToSpace> = {
  shapes({ block, crops: { top, bottom, left, right } }, [x]) {
    const [images, inHeight, inWidth, channels] = expectRank("input", x!.shape, 4);
    const area = block[0] * block[1];
    if (images % area) mismatch("images", `a multiple of ${area}`, images);
    const height = inHeight * block[0] - top - bottom;
    const width = inWidth * block[1] - left - right;
    if (!(height > 0 && width > 0)) mismatch("crops", "smaller than the images", [top, bottom, left, right].join());
    return [[images / area, height, width, channels]];
  },
  batched: refuse,
};

function refuse(): never {
  throw new UnsupportedError("expected one image: blocks become images");
}
