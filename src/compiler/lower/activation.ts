/** An activation that stands alone; in 8-bit models it may change the quantisation too. */
import { featureMap } from "../../ir/tensor.js";
import { call } from "../call.js";
import { affineOf, blocksOf, bounds, ratioOf } from "../layout.js";
import type { Lowering } from "./site.js";
import { unaryParams } from "./unary.js";

export const activation: Lowering<"activation"> = {
  lower(site) {
    const { op, x, y, elementType } = site;
    const factor = elementType === "q8" ? ratioOf(affineOf(x).scale, affineOf(y).scale) : 1;
    const params = { ...unaryParams(site), ...bounds(op.activation, y), factor };
    return [call(`${elementType}_activation`, params, { blocks: blocksOf(featureMap(x.shape).channels) })];
  },
};
