/** Softmax. */
import { sameShape, type OpModule } from "./module.js";

/** exp(β·x) / Σ exp(β·x) over the last dimension. Input: x of any shape. */
export interface Softmax {
  readonly type: "softmax";
  readonly beta: number;
}

export const softmax: OpModule<Softmax> = {
  shapes: sameShape,
};
