/** How each operator becomes kernel calls: one module an operator. Operators without an entry run on the host. */
import type { Op, OpType } from "../../ir/ops/index.js";
import { activation } from "./activation.js";
import { add } from "./add.js";
import { averagePool } from "./averagepool.js";
import { concatenation } from "./concatenation.js";
import { convolution } from "./convolution.js";
import { depthwise } from "./depthwise.js";
import { dequantize } from "./dequantize.js";
import { fullyConnected } from "./fullyconnected.js";
import { leakyRelu } from "./leakyrelu.js";
import { logistic } from "./logistic.js";
import { maxPool } from "./maxpool.js";
import { mean } from "./mean.js";
import { pad } from "./pad.js";
import { quantize } from "./quantize.js";
import { slice, transpose } from "./rearrange.js";
import { reshape } from "./reshape.js";
import type { Lowering } from "./site.js";
import { softmax } from "./softmax.js";

const LOWERINGS: { readonly [T in OpType]?: Lowering<T> } = {
  activation,
  add,
  averagepool: averagePool,
  concatenation,
  convolution,
  depthwise,
  dequantize,
  fullyconnected: fullyConnected,
  leakyrelu: leakyRelu,
  logistic,
  maxpool: maxPool,
  mean,
  pad,
  quantize,
  reshape,
  slice,
  softmax,
  transpose,
};

/** The lowering of an operator; undefined if no kernel computes it. */
export function loweringOf(op: Op): Lowering<OpType> | undefined {
  return LOWERINGS[op.type] as Lowering<OpType> | undefined;
}
