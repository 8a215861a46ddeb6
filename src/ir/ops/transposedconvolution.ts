/** Transposed convolution: the gradient of a convolution, which makes images larger. */
import { FormatError } from "../../errors.js";
import type { Padding, Size } from "../window.js";
import { fuseActivation, type Activation, type OpModule } from "./module.js";
import { expectBias, expectRank, mismatch } from "./operands.js";

/**
 * Inputs: x [N,H,W,C], weights [N',kh,kw,C], bias [N']. Each pixel of x adds its kh × kw pixels to the output, `stride` rows
 * and columns apart: the output is (H - 1) · stride + kh high, less the padding, which is cut off. Negative padding adds
 * rows or columns that hold the bias alone.
 */
export interface TransposedConvolution {
  readonly type: "transposedconvolution";
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: Activation;
}

export const transposedconvolution: OpModule<TransposedConvolution> = {
  shapes({ stride, padding: { top, bottom, left, right } }, [x, weights, bias]) {
    const [channels, kernelHeight, kernelWidth, depth] = expectRank("weights", weights!.shape, 4);
    const [images, inHeight, inWidth, inputs] = expectRank("input", x!.shape, 4);
    if (inputs !== depth) mismatch("input channels", depth, inputs);
    expectBias(bias, channels);
    const height = (inHeight - 1) * stride[0] + kernelHeight - top - bottom;
    const width = (inWidth - 1) * stride[1] + kernelWidth - left - right;
    if (!(height > 0 && width > 0 && [top, left].every((side) => side >= 0))) {
      throw new FormatError(`padding expected from 0 to less than the output, got ${[top, bottom, left, right]}`);
    }
    return [[images, height, width, channels]];
  },
  decomposes: () => true,
  weights: { operand: 1, bias: 2, axis: 0 },
  absorbActivation: fuseActivation,
};
