/** Logical functions, element by element. */
import { broadcastShape } from "./broadcast.js";
import type { OpModule } from "./module.js";
import { singleImage } from "./host.js";

/** Inputs: one bool tensor for `not`, else two that are broadcast to each other. Output: bool. */
export interface Logical {
  readonly type: "logical";
  readonly function: "and" | "or" | "not";
}

export const logical: OpModule<Logical> = {
  shapes: (_, inputs) => [broadcastShape(inputs)],
  batched: singleImage,
  host: true,
};
