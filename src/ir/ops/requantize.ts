/** Conversion from one 8-bit quantisation to another. */
import { sameShape, type OpModule } from "./module.js";

/** Input: x of any shape, 8-bit. Output: 8-bit with another scale; `quantize` serves where the scale stays. */
export interface Requantize {
  readonly type: "requantize";
}

export const requantize: OpModule<Requantize> = {
  shapes: sameShape,
  convertsType: true,
};
