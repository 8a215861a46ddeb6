/**
 * mobilenet-simd/models: the networks of the paper as code, to load, measure or write to a file, and what they cost.
 *
 * @example
 * import { loadModel } from "mobilenet-simd";
 * import { mobileNetV1 } from "mobilenet-simd/models";
 * const net = await loadModel(mobileNetV1({ alpha: 0.5, height: 120, width: 160, classes: 10 }));
 */
import { costOf as costOfKnown, type Cost } from "./ir/cost.js";
import type { Op } from "./ir/ops/index.js";
import { rare } from "./ir/rare.js";
import type { Tensor } from "./ir/tensor.js";

/** The cost of an operator; 0 for one without weights. */
export function costOf(op: Op, tensors: readonly Tensor[]): Cost {
  return costOfKnown(rare(op), tensors);
}

export {
  convolutionMultAdds,
  depthwiseMultAdds,
  separableMultAdds,
  separableShare,
  type Cost,
  type LayerSize,
} from "./ir/cost.js";
export type { Graph } from "./ir/graph.js";
export { MOBILENET_VARIANTS, mobileNetV1, type MobileNetOptions, type MobileNetVariant } from "./models/mobilenetv1.js";
export { ssdMobileNetV1, type SsdOptions } from "./models/ssdmobilenetv1.js";
