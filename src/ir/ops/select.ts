/** A choice between two tensors, element by element. */
import { broadcastShape } from "./broadcast.js";
import type { OpModule } from "./module.js";
import { singleImage } from "./host.js";

/** Inputs: a bool condition, x and y of one type, all broadcast to each other. Output: x where the condition holds, else y. */
export interface Select {
  readonly type: "select";
}

export const select: OpModule<Select> = {
  shapes: (_, inputs) => [broadcastShape(inputs)],
  dtypes: (_, [, x]) => [x!.dtype],
  batched: singleImage,
  host: true,
};
