/** Batch normalisation with the statistics of training (Ioffe & Szegedy 2015, algorithm 2). */
import type { OpModule } from "./module.js";
import { areFloatConstants, channelScale, mismatch } from "./operands.js";

/**
 * gamma · (x - mean) / √(variance + epsilon) + beta. Inputs: x [N,H,W,C] or [N,C], then gamma, beta, mean and variance,
 * each [C].
 */
export interface BatchNorm {
  readonly type: "batchnorm";
  readonly epsilon: number;
}

export const batchnorm: OpModule<BatchNorm> = {
  shapes(_, [x, ...statistics]) {
    for (const { shape } of statistics) {
      if (shape.length !== 1 || shape[0] !== x!.shape.at(-1))
        mismatch("length of gamma, beta, mean and variance", x!.shape.at(-1) ?? 1, shape.join("×"));
    }
    return [x!.shape];
  },
  channelScale({ epsilon }, [, ...statistics]) {
    if (!areFloatConstants(statistics)) return undefined;
    const [gamma, beta, mean, variance] = statistics.map(({ data }) => data!);
    const scale = (c: number) => gamma![c]! / Math.sqrt(variance![c]! + epsilon);
    return channelScale(gamma!.length, scale, (c) => beta![c]! - mean![c]! * scale(c));
  },
};
