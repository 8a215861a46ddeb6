/** QUANTIZE: from float32 to 8 bits, or from one 8-bit quantisation to another. */
import type { OpOf } from "../../graph/ops.js";
import { featureMap, type Tensor } from "../../graph/tensor.js";
import { affineOf, blocksOf, bounds, familyOf, geometry } from "../layout.js";
import type { Call, Operand } from "../stage.js";

export function lowerQuantize(
  op: OpOf<"quantize">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const map = featureMap(x.shape);
  const fromFloat = familyOf(x) === "f32";
  return [
    {
      kernel: fromFloat ? "int8_quantize" : "int8_activation",
      input,
      output,
      blocks: blocksOf(map.channels),
      record: {
        ...geometry(map, map, "int8"),
        ...bounds("none", y),
        scale: (fromFloat ? 1 : affineOf(x).scale) / affineOf(y).scale,
      },
    },
  ];
}
