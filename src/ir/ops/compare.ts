/** Comparisons, element by element. */
import { broadcastShape } from "./broadcast.js";
import type { OpModule } from "./module.js";
import { singleImage } from "./host.js";

/** Inputs: x and y of any type, which are broadcast to each other; 8-bit ones compare by their real numbers. Output: bool. */
export interface Compare {
  readonly type: "compare";
  readonly relation: "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";
}

export const compare: OpModule<Compare> = {
  shapes: (_, inputs) => [broadcastShape(inputs)],
  dtypes: () => ["bool"],
  batched: singleImage,
  host: true,
};
