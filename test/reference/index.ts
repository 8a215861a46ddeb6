/**
 * Every operator again, from its definition: slow, plain, in float64 or exact integers. An 8-bit activation is given
 * and returned as the tensor's type has it.
 */
import type { Graph } from "../../src/ir/graph.js";
import type { Op, OpOf, OpType } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { activation } from "./activation.js";
import { add } from "./add.js";
import { averagepool } from "./averagepool.js";
import { batchtospace, depthtospace, gather, padany, spacetobatch, spacetodepth, tile } from "./moves.js";
import { batchnorm } from "./batchnorm.js";
import { BINARY } from "./binary.js";
import { concatenation } from "./concatenation.js";
import { convolution } from "./convolution.js";
import { depthwise } from "./depthwise.js";
import { dequantize } from "./dequantize.js";
import { ELEMENTWISE } from "./elementwise.js";
import type { Expected } from "./expected.js";
import { fullyconnected } from "./fullyconnected.js";
import { l2normalization } from "./l2normalization.js";
import { leakyrelu } from "./leakyrelu.js";
import { maxpool } from "./maxpool.js";
import { mean } from "./mean.js";
import { pad } from "./pad.js";
import { quantize } from "./quantize.js";
import { reduce } from "./reduce.js";
import { reshape } from "./reshape.js";
import { resize } from "./resize.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { transpose } from "./transpose.js";
import { transposedconvolution } from "./transposedconvolution.js";

type Reference<T extends OpType> = (
  op: OpOf<T>,
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
  ...others: readonly ArrayLike<number>[]
) => Expected;

const REFERENCES: { readonly [T in OpType]: Reference<T> } = {
  ...BINARY,
  ...ELEMENTWISE,
  activation,
  add,
  averagepool,
  batchnorm,
  batchtospace,
  concatenation,
  convolution,
  depthwise,
  dequantize,
  depthtospace,
  detection: () => {
    throw new Error("detection() in detection.ts is the reference of this operator, which has four outputs");
  },
  fullyconnected,
  gather,
  l2normalization,
  leakyrelu,
  maxpool,
  mean,
  pad,
  padany,
  quantize,
  reduce,
  reshape,
  resize,
  slice,
  softmax,
  spacetobatch,
  spacetodepth,
  tile,
  transpose,
  transposedconvolution,
};

/** The output of an operator for the input x, in NHWC, and for further inputs if it has them. */
export function reference(
  op: Op,
  tensors: readonly Tensor[],
  x: ArrayLike<number>,
  ...others: readonly ArrayLike<number>[]
): Expected {
  return (REFERENCES[op.type] as Reference<OpType>)(op, tensors, x, ...others);
}

/** What each tensor of a graph should hold, operator by operator from the given inputs; without bounds. */
export function referenceValues(
  { ops, tensors, inputs }: Graph,
  given: readonly ArrayLike<number>[],
): ArrayLike<number>[] {
  const values: ArrayLike<number>[] = [];
  for (const [i, tensor] of inputs.entries()) values[tensor] = given[i]!;
  for (const op of ops) {
    const activations = op.inputs.filter((index, i) => i === 0 || !tensors[index]!.data);
    const [first, ...others] = activations.map((index) => values[index]!);
    values[op.outputs[0]!] = reference(op, tensors, first!, ...others).values;
  }
  return values;
}
