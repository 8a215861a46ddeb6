/** An activation that stands alone; in 8-bit models it may change the quantisation too. */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, blocksOf, bounds, geometry } from "../layout.js";
import type { Call, Operand } from "../group.js";
import { expectFamily } from "./checks.js";

export function lowerActivation(
  op: OpOf<"activation">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x, y);
  const map = featureMap(x.shape);
  return [
    {
      kernel: `${family}_activation`,
      input,
      output,
      blocks: blocksOf(map.channels),
      record: {
        ...geometry(map, map, family),
        ...bounds(op.activation, y),
        ...(family === "int8" && { scale: affineOf(x).scale / affineOf(y).scale }),
      },
    },
  ];
}
