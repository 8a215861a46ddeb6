/** Fully connected layer: a product with a matrix of weights. */
import { fuseActivation, type Activation, type OpModule } from "./module.js";
import { expectBias, expectRank, mismatch } from "./operands.js";

/** Inputs: x [rows, C], weights [N, C], bias [N]. */
export interface FullyConnected {
  readonly type: "fullyconnected";
  readonly activation: Activation;
}

export const fullyconnected: OpModule<FullyConnected> = {
  shapes(_, [x, weights, bias]) {
    const [channels, depth] = expectRank("weights", weights!.shape, 2);
    if (x!.shape.at(-1) !== depth) mismatch("last dimension of the input", depth, x!.shape.at(-1));
    expectBias(bias, channels);
    return [[...x!.shape.slice(0, -1), channels]];
  },
  weights: { operand: 1, bias: 2, axis: 0 },
  absorbActivation: fuseActivation,
};
