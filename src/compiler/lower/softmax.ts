/** Softmax over the channels. */
import { featureMap } from "../../ir/tensor.js";
import { call, type Packed } from "../call.js";
import { affineOf, bounds, expectRatio, ratioOf } from "../layout.js";
import type { Lowering } from "./site.js";

export const softmax: Lowering<"softmax"> = {
  lower(site) {
    const { op, x, y, elementType } = site;
    const map = featureMap(x.shape);
    const isFloat = elementType === "f32";
    if (!isFloat) expectRatio(1, affineOf(y).scale);
    const params = {
      input: site.inputView(map),
      output: site.outputView(map),
      beta: op.beta,
      table: isFloat ? ("unused" as const) : exponentials(ratioOf(affineOf(x).scale * op.beta, 1)),
      outputScale: isFloat ? 1 : affineOf(y).scale,
      ...bounds("none", y),
    };
    return [call(`${elementType}_softmax`, params, { blocks: 1 })];
  },
};

/** exp(-factor · d) for the distances d = 0…255 from the largest input, in float32. */
function exponentials(factor: number): Packed {
  return {
    bytes: 1024,
    write({ buffer }, address) {
      const table = new Float32Array(buffer, address, 256);
      for (let distance = 0; distance < 256; ++distance) table[distance] = Math.exp(Math.fround(-factor * distance));
    },
  };
}
