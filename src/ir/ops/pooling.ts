/** The traits that average and maximum pooling share. */
import { expectInside, windowed, type Padding, type Size } from "../window.js";
import { fuseActivation, type Activation, type OpModule } from "./module.js";
import { expectRank } from "./operands.js";

/** The attributes of both. */
export interface Pool {
  readonly kernel: Size;
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: Activation;
}

export const pooling = {
  shapes({ kernel, stride, padding }, [x]) {
    const [, , , channels] = expectRank("input", x!.shape, 4);
    expectInside(kernel, padding);
    return [[...windowed(x!.shape, kernel, stride, padding), channels]];
  },
  kernel: (op) => op.kernel,
  absorbActivation: fuseActivation,
} satisfies OpModule<Pool & { readonly type: "averagepool" | "maxpool" }>;
