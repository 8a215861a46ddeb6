/** How the operators that few networks have become kernel calls; loaded with the first graph that has one. */
import type { OpType } from "../../ir/ops/index.js";
import { concatenation } from "./concatenation.js";
import { leakyRelu } from "./leakyrelu.js";
import { logistic } from "./logistic.js";
import { maxPool } from "./maxpool.js";
import { slice, transpose } from "./rearrange.js";
import type { Lowering } from "./site.js";

export const RARE: { readonly [T in OpType]?: Lowering<T> } = {
  concatenation,
  leakyrelu: leakyRelu,
  logistic,
  maxpool: maxPool,
  slice,
  transpose,
};
