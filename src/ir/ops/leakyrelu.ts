/** Leaky ReLU. */
import { sameShape, type OpModule } from "./module.js";

/** x where it is at least 0, else slope · x. Input: x of any shape. */
export interface LeakyRelu {
  readonly type: "leakyrelu";
  readonly slope: number;
}

export const leakyrelu: OpModule<LeakyRelu> = {
  shapes: sameShape,
};
