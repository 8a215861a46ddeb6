/** Average pooling. */
import type { Padding, Size } from "../window.js";
import type { Activation, OpModule } from "./module.js";
import { pooling } from "./pooling.js";

/** The mean over a window; padding does not count. Input: x [N,H,W,C]. */
export interface AveragePool {
  readonly type: "averagepool";
  readonly kernel: Size;
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: Activation;
}

export const averagepool: OpModule<AveragePool> = pooling;
