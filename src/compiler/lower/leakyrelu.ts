/** LEAKY_RELU; in 8 bits as XNNPACK has it: both slopes in 256ths, and a half rounded up. */
import { featureMap } from "../../ir/tensor.js";
import { affineOf, blocksOf, ratioOf } from "../layout.js";
import { halfToEven } from "../../ir/numbers.js";
import { lookup } from "./lookup.js";
import { rareCall } from "./rarecall.js";
import type { Lowering } from "./site.js";
import { unaryParams } from "./unary.js";

export const leakyRelu: Lowering<"leakyrelu"> = {
  lower(site) {
    const { op, x, y, elementType } = site;
    if (elementType === "q8") {
      const slope = Math.fround(ratioOf(Math.fround(affineOf(x).scale), Math.fround(affineOf(y).scale)));
      const above = halfToEven(256 * slope);
      const below = halfToEven(256 * Math.fround(slope * Math.fround(op.slope)));
      return [lookup(site, (value) => Math.floor((value * (value < 0 ? below : above) + 128) / 256))];
    }
    const params = { ...unaryParams(site), slope: op.slope };
    return [rareCall("f32_leakyrelu", params, { blocks: blocksOf(featureMap(x.shape).channels) })];
  },
};
