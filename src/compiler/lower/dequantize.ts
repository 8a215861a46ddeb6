/** DEQUANTIZE: from 8 bits to float32. */
import { UnsupportedError } from "../../errors.js";
import { featureMap } from "../../ir/tensor.js";
import { call } from "../call.js";
import { affineOf, blocksOf, elementTypeOf } from "../layout.js";
import type { Lowering } from "./site.js";
import { unaryParams } from "./unary.js";

export const dequantize: Lowering<"dequantize"> = {
  fromNhwc: () => "nhwc",
  lower(site) {
    const { x, y } = site;
    if (elementTypeOf(x) !== "q8" || elementTypeOf(y) !== "f32") {
      throw new UnsupportedError(`expected 8 bits to float32, got ${x.dtype} to ${y.dtype}`);
    }
    const params = { ...unaryParams(site), factor: affineOf(x).scale };
    if (site.readsNhwc) return [call("q8_dequantizeNhwc", params, { blocks: 1 })];
    return [call("q8_dequantize", params, { blocks: blocksOf(featureMap(x.shape).channels) })];
  },
};
