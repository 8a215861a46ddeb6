/** L2_NORMALIZATION over the channels. */
import { UnsupportedError } from "../../errors.js";
import { rareCall } from "./rarecall.js";
import type { Lowering } from "./site.js";

export const l2Normalization: Lowering<"l2normalization"> = {
  lower(site) {
    const { op, x, elementType } = site;
    if (elementType !== "f32") throw new UnsupportedError(`input expected float32, got ${x.dtype}`);
    const params = { input: site.inputView(), output: site.outputView(), epsilon: op.epsilon };
    return [rareCall("f32_l2normalization", params, { blocks: 1 })];
  },
};
