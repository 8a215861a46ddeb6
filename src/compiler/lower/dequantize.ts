/** DEQUANTIZE: from 8 bits to float32. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, blocksOf, byteEncoding, familyOf, geometry } from "../layout.js";
import type { Call, Operand } from "../group.js";

/** Also in NHWC, if that is how the input lies there. */
export function lowerDequantize(
  op: OpOf<"dequantize">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  if (familyOf(x) !== "int8" || familyOf(y) !== "f32") {
    throw new UnsupportedError(`expected 8 bits to float32, got ${x.dtype} to ${y.dtype}`);
  }
  const map = featureMap(x.shape);
  const record = { ...geometry(map, map, "f32"), ...byteEncoding(x), scale: affineOf(x).scale };
  const nhwc = input !== "panel" && input.form === "nhwc";
  if (nhwc) return [{ kernel: "int8_dequantizeNhwc", input, output, blocks: 1, record }];
  return [{ kernel: "int8_dequantize", input, output, blocks: blocksOf(map.channels), record }];
}
