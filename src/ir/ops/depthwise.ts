/** Depthwise convolution, eq. (3) of the paper. */
import { dilated, isUnpadded, windowed, type Padding, type Size } from "../window.js";
import { fuseActivation, type Activation, type OpModule } from "./module.js";
import { areFloatConstants, channelScale, expectBias, expectRank, mismatch } from "./operands.js";
import { padded, weightsWindow } from "./weighted.js";

/**
 * Inputs: x [N,H,W,C], weights [1,kh,kw,C·M], bias [C·M], with the depth multiplier M. Output channel m reads input
 * channel ⌊m / M⌋.
 */
export interface Depthwise {
  readonly type: "depthwise";
  readonly stride: Size;
  readonly padding: Padding;
  /** Rows and columns from a tap to the next. Missing: 1. */
  readonly dilation?: Size;
  readonly activation: Activation;
}

export const depthwise: OpModule<Depthwise> = {
  shapes({ stride, padding, dilation }, [x, weights, bias]) {
    const [one, height, width, channels] = expectRank("weights", weights!.shape, 4);
    const [, , , depth] = expectRank("input", x!.shape, 4);
    if (one !== 1) mismatch("first dimension of the weights", 1, one);
    if (channels % depth) mismatch("channels of the weights", `a multiple of ${depth}`, channels);
    expectBias(bias, channels);
    return [[...windowed(x!.shape, dilated([height, width], dilation), stride, padding), channels]];
  },
  decomposes: (_, [x, weights]) => x!.shape[3] !== weights!.shape[3],
  kernel: (_, [, weights]) => weightsWindow(weights!),
  weights: { operand: 1, bias: 2, axis: 3 },
  absorbPadding: padded,
  absorbActivation: fuseActivation,
  channelScale({ stride, padding, activation }, [x, ...constants]) {
    const [weights, bias] = constants;
    const channels = x!.shape[3]!;
    const sizes = [...weights!.shape, ...stride].join();
    if (sizes !== [1, 1, 1, channels, 1, 1].join() || !isUnpadded(padding) || activation !== "none") return undefined;
    if (!areFloatConstants(constants)) return undefined;
    return channelScale(
      channels,
      (c) => weights!.data![c]!,
      (c) => bias?.data![c] ?? 0,
    );
  },
};
