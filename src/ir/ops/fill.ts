/** One number for all elements. */
import { elementCount, formatShape } from "../tensor.js";
import type { OpModule } from "./module.js";
import { singleImage } from "./host.js";
import { mismatch } from "./operands.js";

/** Input: x with one element. Output: this element in every place of `shape`. */
export interface Fill {
  readonly type: "fill";
  readonly shape: readonly number[];
}

export const fill: OpModule<Fill> = {
  shapes({ shape }, [x]) {
    if (elementCount(x!.shape) !== 1) mismatch("input", "one element", formatShape(x!.shape));
    return [shape];
  },
  batched: singleImage,
  host: true,
};
