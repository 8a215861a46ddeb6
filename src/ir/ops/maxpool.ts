/** Maximum pooling. */
import type { Padding, Size } from "../window.js";
import type { Activation, OpModule } from "./module.js";
import { pooling } from "./pooling.js";

/** The largest element of a window; padding does not count. Input: x [N,H,W,C]. */
export interface MaxPool {
  readonly type: "maxpool";
  readonly kernel: Size;
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: Activation;
}

export const maxpool: OpModule<MaxPool> = pooling;
