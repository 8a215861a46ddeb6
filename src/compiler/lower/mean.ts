/** MEAN over height and width: the average pool with a window as large as the image. */
import { NO_PADDING } from "../../ir/window.js";
import { featureMap } from "../../ir/tensor.js";
import { call } from "../call.js";
import { affineOf, blocksOf, bounds, ratioOf, ROUND, windowOf } from "../layout.js";
import type { Lowering } from "./site.js";

export const mean: Lowering<"mean"> = {
  lower(site) {
    const { x, y, elementType } = site;
    const from = featureMap(x.shape);
    const { height, width, channels } = from;
    const params = {
      ...windowOf([height, width], [1, 1], NO_PADDING),
      input: site.inputView(),
      output: site.outputView({ ...from, height: 1, width: 1 }),
      ...bounds("none", y),
      factor: elementType === "q8" ? ratioOf(affineOf(x).scale, affineOf(y).scale * height * width) : 1,
      round: ROUND,
    };
    return [call(elementType === "f32" ? "f32_averagepool" : "q8_mean", params, { blocks: blocksOf(channels) })];
  },
};
