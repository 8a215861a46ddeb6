/** A clamp that stands alone. */
import type { Activation, OpModule } from "./module.js";

/** Input: x of any shape. */
export interface Activate {
  readonly type: "activation";
  readonly activation: Activation;
}

export const activation: OpModule<Activate> = {
  shapes: (_, [x]) => [x!.shape],
  activation: (op) => op.activation,
};
