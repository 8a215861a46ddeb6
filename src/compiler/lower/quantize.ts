/** QUANTIZE: from float32 to 8 bits, or from one 8-bit quantisation to another. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../../ir/ops/index.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { call } from "../call.js";
import { affineOf, blocksOf, elementTypeOf, ratioOf } from "../layout.js";
import type { Lowering } from "./site.js";
import { unaryParams } from "./unary.js";

export const quantize: Lowering<"quantize"> = {
  fromNhwc: (op, tensors) => (readsFloat(op, tensors) ? "nhwc" : undefined),
  lower(site) {
    const { op, tensors, x, y } = site;
    if (elementTypeOf(y) !== "q8") throw new UnsupportedError(`output expected uint8 or int8, got ${y.dtype}`);
    const isFloat = readsFloat(op, tensors);
    const params = { ...unaryParams(site), factor: ratioOf(isFloat ? 1 : affineOf(x).scale, affineOf(y).scale) };
    if (site.readsNhwc) return [call("q8_quantizeNhwc", params, { blocks: 1 })];
    const blocks = blocksOf(featureMap(x.shape).channels);
    return [call(isFloat ? "q8_quantize" : "q8_activation", params, { blocks })];
  },
};

function readsFloat(op: OpOf<"quantize">, tensors: readonly Tensor[]): boolean {
  return elementTypeOf(tensors[op.inputs[0]!]!) === "f32";
}
