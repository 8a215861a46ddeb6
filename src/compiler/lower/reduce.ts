/** SUM, MEAN, REDUCE_MAX and REDUCE_MIN over any dimensions. */
import { UnsupportedError } from "../../errors.js";
import { elementCount, featureMap } from "../../ir/tensor.js";
import { affineOf, blocksOf, bounds, ratioOf, ROUND } from "../layout.js";
import { rareCall } from "./rarecall.js";
import { expectSameEncoding, type Lowering } from "./site.js";

/** Sums of so many 8-bit elements fit into 32 bits. */
const MAX_TERMS = 2 ** 22;

/** The kernels, after the element type. */
const KERNELS = { mean: "reduceSum", sum: "reduceSum", max: "reduceMax", min: "reduceMin" } as const;

export const reduce: Lowering<"reduce"> = {
  lower(site) {
    const { op, x, y, elementType } = site;
    const isSum = op.function === "sum" || op.function === "mean";
    if (!isSum) expectSameEncoding(x, y);
    const terms = elementCount(x.shape) / elementCount(y.shape);
    if (elementType === "q8" && terms > MAX_TERMS) {
      throw new UnsupportedError(`expected at most ${MAX_TERMS} elements to add up, got ${terms}`);
    }
    const divisor = op.function === "mean" ? terms : 1;
    const isRescaled = elementType === "q8" && isSum;
    const params = {
      input: site.inputView(),
      output: site.outputView(),
      factor: isRescaled ? ratioOf(affineOf(x).scale, affineOf(y).scale * divisor) : 1 / divisor,
      ...bounds("none", y),
      round: ROUND,
    };
    const blocks = blocksOf(featureMap(y.shape).channels);
    return [rareCall(`${elementType}_${KERNELS[op.function]}`, params, { blocks })];
  },
};
