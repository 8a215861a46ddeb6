/** LOGISTIC, the sigmoid. */
import { featureMap } from "../../ir/tensor.js";
import { affineOf, blocksOf, expectRatio } from "../layout.js";
import { halfToEven } from "../../ir/numbers.js";
import { lookup } from "./lookup.js";
import { rareCall } from "./rarecall.js";
import type { Lowering } from "./site.js";
import { unaryParams } from "./unary.js";

export const logistic: Lowering<"logistic"> = {
  lower(site) {
    const { x, y, elementType } = site;
    if (elementType === "q8") {
      const { scale } = affineOf(x);
      const to = affineOf(y);
      expectRatio(1, to.scale);
      return [lookup(site, (value) => halfToEven(1 / (1 + Math.exp(-value * scale)) / to.scale))];
    }
    return [rareCall("f32_logistic", unaryParams(site), { blocks: blocksOf(featureMap(x.shape).channels) })];
  },
};
