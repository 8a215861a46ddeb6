/** PAD that no convolution absorbs. */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { blocksOf, geometry } from "../layout.js";
import type { Call, Operand } from "../group.js";
import { expectSameEncoding } from "./checks.js";

export function lowerPad(op: OpOf<"pad">, tensors: readonly Tensor[], input: Operand, output: Operand): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const family = expectSameEncoding(x, y);
  const to = featureMap(y.shape);
  return [
    {
      kernel: "pad",
      input,
      output,
      blocks: blocksOf(to.channels),
      record: {
        ...geometry(featureMap(x.shape), to, family),
        padTop: op.padding.top,
        padLeft: op.padding.left,
      },
    },
  ];
}
