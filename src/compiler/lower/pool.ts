/** Parameters of the pools, which differ in their kernels alone. */
import type { OpOf } from "../../ir/ops/index.js";
import { featureMap } from "../../ir/tensor.js";
import type { ParamsOf } from "../call.js";
import { blocksOf, bounds, ROUND, windowOf } from "../layout.js";
import type { Site } from "./site.js";

export function poolParams(site: Site<OpOf<"averagepool" | "maxpool">>): {
  params: ParamsOf<"f32_maxpool">;
  blocks: number;
} {
  const { op, y } = site;
  const params = {
    ...windowOf(op.kernel, op.stride, op.padding),
    input: site.inputView(),
    output: site.outputView(),
    ...bounds(op.activation, y),
    factor: 1,
    round: ROUND,
  };
  return { params, blocks: blocksOf(featureMap(y.shape).channels) };
}
