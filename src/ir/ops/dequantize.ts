/** Conversion to float32. */
import { dequantized } from "../tensor.js";
import { sameShape, type OpModule } from "./module.js";

/** Input: x of any shape, 8-bit or float16. */
export interface Dequantize {
  readonly type: "dequantize";
}

export const dequantize: OpModule<Dequantize> = {
  shapes: sameShape,
  dtypes: () => ["float32"],
  evaluate: (_, [x]) => dequantized(x!),
  convertsType: true,
};
