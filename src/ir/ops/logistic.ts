/** The logistic function. */
import { sameShape, type OpModule } from "./module.js";

/** 1 / (1 + exp(-x)). Input: x of any shape. */
export interface Logistic {
  readonly type: "logistic";
}

export const logistic: OpModule<Logistic> = {
  shapes: sameShape,
};
