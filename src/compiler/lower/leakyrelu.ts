/** LEAKY_RELU; of 8 bits as XNNPACK has it: both slopes in 256ths, and a half rounded up. */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, blocksOf, geometry, halfToEven } from "../layout.js";
import type { Call, Operand } from "../group.js";
import { expectFamily } from "./checks.js";
import { lookup } from "./lookup.js";

export function lowerLeakyRelu(
  op: OpOf<"leakyrelu">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x, y);
  if (family === "int8") {
    const slope = Math.fround(Math.fround(affineOf(x).scale) / Math.fround(affineOf(y).scale));
    const above = halfToEven(256 * slope);
    const below = halfToEven(256 * Math.fround(slope * Math.fround(op.slope)));
    return [lookup(x, y, input, output, (value) => Math.floor((value * (value < 0 ? below : above) + 128) / 256))];
  }
  const map = featureMap(x.shape);
  const record = { ...geometry(map, map, family), scale: op.slope };
  return [{ kernel: "f32_leakyrelu", input, output, blocks: blocksOf(map.channels), record }];
}
