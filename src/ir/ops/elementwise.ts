/** Functions of one element that have no attributes: a line each. */
import { sameShape, type OpModule } from "./module.js";

/** Input: x of any shape. */
export interface Elementwise<T extends string> {
  readonly type: T;
}

function elementwise<T extends string>(): OpModule<Elementwise<T>> {
  return { shapes: sameShape };
}

export const ELEMENTWISE = {
  /** x · min(max(x + 3, 0), 6) / 6 */
  hardswish: elementwise<"hardswish">(),
  /** 1 / (1 + exp(-x)) */
  logistic: elementwise<"logistic">(),
};

export type ElementwiseType = keyof typeof ELEMENTWISE;
