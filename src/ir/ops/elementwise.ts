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
  /** |x| */
  abs: elementwise<"abs">(),
  /** x where it is above 0, else exp(x) - 1 */
  elu: elementwise<"elu">(),
  exp: elementwise<"exp">(),
  /** x · min(max(x + 3, 0), 6) / 6 */
  hardswish: elementwise<"hardswish">(),
  /** 1 / (1 + exp(-x)) */
  logistic: elementwise<"logistic">(),
  /** -x */
  neg: elementwise<"neg">(),
  /** min(max(x, -1), 1) */
  relun1to1: elementwise<"relun1to1">(),
  /** 1 / √x */
  rsqrt: elementwise<"rsqrt">(),
  /** √x */
  sqrt: elementwise<"sqrt">(),
  /** x² */
  square: elementwise<"square">(),
  tanh: elementwise<"tanh">(),
};

export type ElementwiseType = keyof typeof ELEMENTWISE;
