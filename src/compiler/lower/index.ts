/**
 * How each operator becomes kernel calls: one module an operator. Operators without an entry here or in rare.ts run on the
 * host.
 */
import type { Graph } from "../../ir/graph.js";
import type { Op, OpType } from "../../ir/ops/index.js";
import { activation } from "./activation.js";
import { add } from "./add.js";
import { averagePool } from "./averagepool.js";
import { convolution } from "./convolution.js";
import { depthwise } from "./depthwise.js";
import { dequantize } from "./dequantize.js";
import { fullyConnected } from "./fullyconnected.js";
import { mean } from "./mean.js";
import { pad } from "./pad.js";
import { quantize } from "./quantize.js";
import { reshape } from "./reshape.js";
import type { Lowering } from "./site.js";
import { softmax } from "./softmax.js";

/** The lowerings of the operators of MobileNet classifiers. */
const COMMON: { readonly [T in OpType]?: Lowering<T> } = {
  activation,
  add,
  averagepool: averagePool,
  convolution,
  depthwise,
  dequantize,
  fullyconnected: fullyConnected,
  mean,
  pad,
  quantize,
  reshape,
  softmax,
};

/** Returns the lowering of an operator; undefined if no kernel computes it. */
export type Lowerings = (op: Op) => Lowering<OpType> | undefined;

/** Loads the lowerings of a graph's operators. */
export async function loadLowerings({ ops }: Graph): Promise<Lowerings> {
  const areCommon = ops.every(({ type }) => Object.hasOwn(COMMON, type));
  const table = areCommon ? COMMON : { ...COMMON, ...(await import("./rare.js")).RARE };
  return ({ type }) => table[type] as Lowering<OpType> | undefined;
}
