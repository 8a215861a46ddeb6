/** Vectors of length 1. */
import { sameShape, type OpModule } from "./module.js";

/** x / max(√Σ x², epsilon) over the last dimension. Input: x of any shape. */
export interface L2Normalization {
  readonly type: "l2normalization";
  readonly epsilon: number;
}

export const l2normalization: OpModule<L2Normalization> = {
  shapes: sameShape,
};
