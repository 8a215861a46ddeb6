/** Average pooling. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { blocksOf, bounds, byteEncoding, geometry, windowRecord } from "../layout.js";
import type { Call, Operand } from "../group.js";
import { expectSameEncoding } from "./checks.js";

/** The 8-bit kernel divides in float32, which is exact for windows up to this size. */
const MAX_WINDOW = 65535;

export function lowerAveragePool(
  op: OpOf<"averagepool">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const family = expectSameEncoding(x, y);
  const to = featureMap(y.shape);
  if (family === "int8") {
    const area = op.kernel[0] * op.kernel[1];
    if (area > MAX_WINDOW) throw new UnsupportedError(`window expected at most ${MAX_WINDOW} elements, got ${area}`);
  }
  return [
    {
      kernel: `${family}_averagepool`,
      input,
      output,
      blocks: blocksOf(to.channels),
      record: {
        ...geometry(featureMap(x.shape), to, family),
        ...windowRecord(op.kernel, op.stride, op.padding),
        ...bounds(op.activation, y),
        ...(family === "int8" && byteEncoding(x)),
      },
    },
  ];
}
