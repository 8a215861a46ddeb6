/** RESHAPE: nothing to do where the channels stay together, else a move of every element. */
import { featureMap, type FeatureMap, type Tensor } from "../../ir/tensor.js";
import { call } from "../call.js";
import { blocksOf } from "../layout.js";
import { expectSameEncoding, type Lowering } from "./site.js";

export const reshape: Lowering<"reshape"> = {
  isAlias(op, tensors) {
    const [x, y] = [tensors[op.inputs[0]!]!, tensors[op.outputs[0]!]!];
    expectSameEncoding(x, y);
    return featureMap(x.shape).channels === featureMap(y.shape).channels;
  },
  lower(site) {
    const { x, y } = site;
    const params = { input: site.inputView(column(x)), output: site.outputView(column(y)) };
    return [call("reshape", params, { blocks: blocksOf(featureMap(y.shape).channels) })];
  },
};

/** A tensor as one image: batches make it higher, which is the same in memory. */
function column(tensor: Tensor): FeatureMap {
  const { images, height, ...rest } = featureMap(tensor.shape);
  return { images: 1, height: images * height, ...rest };
}
