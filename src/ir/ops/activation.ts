/** A clamp that stands alone. */
import { sameShape, type Activation, type OpModule } from "./module.js";

/** Input: x of any shape. */
export interface Activate {
  readonly type: "activation";
  readonly activation: Activation;
}

export const activation: OpModule<Activate> = {
  shapes: sameShape,
  activation: (op) => op.activation,
};
