/** Parameters of functions of one element; each operator sets the fields that its kernel reads. */
import { featureMap } from "../../ir/tensor.js";
import type { ParamsOf } from "../call.js";
import { bounds, ROUND } from "../layout.js";
import type { Site } from "./site.js";

type Unary = ParamsOf<"f32_activation">;

/** The parameters of a function that leaves elements as they are, within the bounds of the output's type. */
export function unaryParams(site: Site): Unary {
  const map = featureMap(site.x.shape);
  return {
    input: site.inputView(map),
    output: site.outputView(map),
    factor: 1,
    slope: 1,
    table: "unused",
    round: ROUND,
    ...bounds("none", site.y),
  };
}
