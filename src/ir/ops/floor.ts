/** Quotients rounded down, and the rest. */
import { broadcastShape } from "./broadcast.js";
import type { OpModule } from "./module.js";
import { singleImage } from "./host.js";

/** ⌊x / y⌋. Inputs: x and y, both int32 or both float32, which are broadcast to each other. An integer over 0 gives 0. */
export interface FloorDiv {
  readonly type: "floordiv";
}

/** x - y · ⌊x / y⌋. Inputs as for ⌊x / y⌋. */
export interface FloorMod {
  readonly type: "floormod";
}

const floor = {
  shapes: (_, inputs) => [broadcastShape(inputs)],
  batched: singleImage,
  host: true,
} satisfies OpModule<FloorDiv | FloorMod>;

export const floordiv: OpModule<FloorDiv> = floor;
export const floormod: OpModule<FloorMod> = floor;
