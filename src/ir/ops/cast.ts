/** The same numbers in another element type; a quantisation does not count. */
import type { DType } from "../tensor.js";
import { sameShape, type OpModule } from "./module.js";

/** Input: x of any shape. Fractions are cut off, and numbers beyond an integer type become its nearest. */
export interface Cast {
  readonly type: "cast";
  readonly to: DType;
}

export const cast: OpModule<Cast> = {
  shapes: sameShape,
  dtypes: ({ to }) => [to],
  host: true,
};
