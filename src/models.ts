/**
 * mobilenet-simd/models: the networks of the paper as code, to load, measure or write to a file, and what they cost.
 *
 * @example
 * import { loadModel } from "mobilenet-simd";
 * import { mobileNetV1 } from "mobilenet-simd/models";
 * const net = await loadModel(mobileNetV1({ alpha: 0.5, height: 120, width: 160, classes: 10 }));
 */
export {
  convolutionMultAdds,
  costOf,
  depthwiseMultAdds,
  separableMultAdds,
  separableShare,
  type Cost,
  type LayerSize,
} from "./ir/cost.js";
export type { Graph } from "./ir/graph.js";
export { MOBILENET_VARIANTS, mobileNetV1, type MobileNetOptions, type MobileNetVariant } from "./models/mobilenetv1.js";
export { ssdMobileNetV1, type SsdOptions } from "./models/ssdmobilenetv1.js";
