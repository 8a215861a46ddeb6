/** PAD that no convolution absorbs. */
import { featureMap } from "../../ir/tensor.js";
import { call } from "../call.js";
import { blocksOf } from "../layout.js";
import { expectSameEncoding, type Lowering } from "./site.js";

export const pad: Lowering<"pad"> = {
  lower(site) {
    const { op, x, y } = site;
    expectSameEncoding(x, y);
    const params = {
      input: site.inputView(),
      output: site.outputView(),
      top: op.padding.top,
      left: op.padding.left,
      channel: 0,
      rescales: 0,
      table: "unused" as const,
    };
    return [call("pad", params, { blocks: blocksOf(featureMap(y.shape).channels) })];
  },
};
