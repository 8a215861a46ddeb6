/** QUANTIZE: from float32 to 8 bits, or from one 8-bit quantisation to another. */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, blocksOf, bounds, byteEncoding, familyOf, geometry } from "../layout.js";
import type { Call, Operand } from "../group.js";

/** From float32 also in NHWC, if that is how the input lies there. */
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
  const nhwc = input !== "panel" && input.form === "nhwc";
  const record = {
    ...geometry(map, map, "int8"),
    ...bounds("none", y),
    ...byteEncoding(y),
    scale: (fromFloat ? 1 : affineOf(x).scale) / affineOf(y).scale,
  };
  if (nhwc) return [{ kernel: "int8_quantizeNhwc", input, output, blocks: 1, record }];
  const kernel = fromFloat ? "int8_quantize" : "int8_activation";
  return [{ kernel, input, output, blocks: blocksOf(map.channels), record }];
}
