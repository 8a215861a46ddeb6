/** How the operators that few networks have become kernel calls; loaded with the first graph that has one. */
import type { OpType } from "../../ir/ops/index.js";
import { BINARY } from "./binary.js";
import { concatenation } from "./concatenation.js";
import { depthToSpace } from "./depthtospace.js";
import { l2Normalization } from "./l2normalization.js";
import { ELEMENTWISE } from "./elementwise.js";
import { leakyRelu } from "./leakyrelu.js";
import { maxPool } from "./maxpool.js";
import { batchToSpace, gather, padAny, slice, spaceToBatch, spaceToDepth, tile, transpose } from "./rearrange.js";
import { reduce } from "./reduce.js";
import { resize } from "./resize.js";
import type { Lowering } from "./site.js";

export const RARE: { readonly [T in OpType]?: Lowering<T> } = {
  ...BINARY,
  batchtospace: batchToSpace,
  ...ELEMENTWISE,
  concatenation,
  depthtospace: depthToSpace,
  gather,
  l2normalization: l2Normalization,
  leakyrelu: leakyRelu,
  maxpool: maxPool,
  padany: padAny,
  reduce,
  resize,
  slice,
  spacetobatch: spaceToBatch,
  spacetodepth: spaceToDepth,
  tile,
  transpose,
};
