/** RESHAPE: nothing to do where the channels stay together, else a move of every element. */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type FeatureMap, type Tensor } from "../../ir/tensor.js";
import { blocksOf, geometry } from "../layout.js";
import type { Call, Operand } from "../group.js";
import { expectSameEncoding } from "./checks.js";

/** Whether input and output are the same in channel blocks. */
export function isAlias(op: OpOf<"reshape">, tensors: readonly Tensor[]): boolean {
  const [x, y] = [tensors[op.inputs[0]!]!, tensors[op.outputs[0]!]!];
  expectSameEncoding(x, y);
  return featureMap(x.shape).channels === featureMap(y.shape).channels;
}

export function lowerReshape(op: OpOf<"reshape">, tensors: readonly Tensor[], input: Operand, output: Operand): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const from = column(x);
  const to = column(y);
  return [
    {
      kernel: "reshape",
      input,
      output,
      blocks: blocksOf(to.channels),
      record: geometry(from, to, expectSameEncoding(x, y)),
    },
  ];
}

/** A tensor as one image: batches make it higher, which is the same in memory. */
function column(tensor: Tensor): FeatureMap {
  const { images, height, ...rest } = featureMap(tensor.shape);
  return { images: 1, height: images * height, ...rest };
}
