/** DEPTH_TO_SPACE. */
import { featureMap } from "../../ir/tensor.js";
import { NO_PADDING } from "../../ir/window.js";
import { blocksOf } from "../layout.js";
import { rareCall } from "./rarecall.js";
import { expectSameEncoding, type Lowering } from "./site.js";

export const depthToSpace: Lowering<"depthtospace"> = {
  lower(site) {
    const { op, x, y } = site;
    expectSameEncoding(x, y);
    const { blockSize, order, crops = NO_PADDING } = op;
    const { channels } = featureMap(y.shape);
    const params = {
      input: site.inputView(),
      output: site.outputView(),
      blockSize,
      channelStep: order === "dcr" ? 1 : blockSize * blockSize,
      top: crops.top,
      left: crops.left,
      pixelStep: order === "dcr" ? channels : 1,
    };
    return [rareCall("depthToSpace", params, { blocks: blocksOf(channels) })];
  },
};
