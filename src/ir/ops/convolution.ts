/** Standard convolution, eq. (1) of the paper. */
import { dilated, windowed, type Padding, type Size } from "../window.js";
import { fuseActivation, type Activation, type OpModule } from "./module.js";
import { expectBias, expectRank, mismatch } from "./operands.js";
import { padded, weightsWindow } from "./weighted.js";

/**
 * Inputs: x [N,H,W,C], weights [N',kh,kw,C / groups], bias [N']. The groups follow from the shapes: of C channels and N'
 * outputs, each group has a part, one after another.
 */
export interface Convolution {
  readonly type: "convolution";
  readonly stride: Size;
  readonly padding: Padding;
  /** Rows and columns from a tap to the next. Missing: 1. */
  readonly dilation?: Size;
  /** What the padding stands for, one number for each input channel. Missing: zeros. */
  readonly padValue?: readonly number[];
  readonly activation: Activation;
}

export const convolution: OpModule<Convolution> = {
  shapes({ stride, padding, dilation, padValue }, [x, weights, bias]) {
    const [channels, height, width, depth] = expectRank("weights", weights!.shape, 4);
    const [, , , inputs] = expectRank("input", x!.shape, 4);
    if (inputs % depth) mismatch("input channels", inputs < depth ? depth : `a multiple of ${depth}`, inputs);
    if (channels % (inputs / depth)) mismatch("output channels", `a multiple of ${inputs / depth}`, channels);
    if (padValue && padValue.length !== inputs) mismatch("pad values", inputs, padValue.length);
    expectBias(bias, channels);
    return [[...windowed(x!.shape, dilated([height, width], dilation), stride, padding), channels]];
  },
  decomposes: (_, [x, weights]) => x!.shape[3] !== weights!.shape[3],
  kernel: (_, [, weights]) => weightsWindow(weights!),
  weights: { operand: 1, bias: 2, axis: 0 },
  // Zeros around the other padding are no padding that the operator has.
  absorbPadding: (op, padding) => (op.padValue ? undefined : padded(op, padding)),
  absorbActivation: fuseActivation,
};
