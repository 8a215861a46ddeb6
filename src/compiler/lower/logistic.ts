/** LOGISTIC, the sigmoid. */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, blocksOf, geometry, halfToEven } from "../layout.js";
import type { Call, Operand } from "../group.js";
import { expectFamily } from "./checks.js";
import { lookup } from "./lookup.js";

export function lowerLogistic(
  op: OpOf<"logistic">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x, y);
  if (family === "int8") {
    const { scale } = affineOf(x);
    const to = affineOf(y);
    return [lookup(x, y, input, output, (value) => halfToEven(1 / (1 + Math.exp(-value * scale)) / to.scale))];
  }
  const map = featureMap(x.shape);
  const record = geometry(map, map, family);
  return [{ kernel: "f32_logistic", input, output, blocks: blocksOf(map.channels), record }];
}
