/** Conversion to 8 bits. */
import { sameShape, type OpModule } from "./module.js";

/** Input: x of any shape, float32 or of another quantisation. */
export interface Quantize {
  readonly type: "quantize";
}

export const quantize: OpModule<Quantize> = {
  shapes: sameShape,
  convertsType: true,
};
