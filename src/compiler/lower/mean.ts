/** MEAN over height and width: the average pool with a window as large as the image. */
import { NO_PADDING, type OpOf } from "../../ir/ops.js";
import { featureMap, type FeatureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, blocksOf, bounds, geometry, windowRecord } from "../layout.js";
import type { Call, Operand } from "../group.js";
import { expectFamily } from "./checks.js";

export function lowerMean(op: OpOf<"mean">, tensors: readonly Tensor[], input: Operand, output: Operand): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x, y);
  const from = featureMap(x.shape);
  const to: FeatureMap = { ...from, height: 1, width: 1 };
  const count = from.height * from.width;
  return [
    {
      kernel: family === "f32" ? "f32_averagepool" : "int8_mean",
      input,
      output,
      blocks: blocksOf(from.channels),
      record: {
        ...geometry(from, to, family),
        ...windowRecord([from.height, from.width], [1, 1], NO_PADDING),
        ...bounds("none", y),
        ...(family === "int8" && { scale: affineOf(x).scale / (affineOf(y).scale * count) }),
      },
    },
  ];
}
