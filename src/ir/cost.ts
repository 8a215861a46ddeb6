/**
 * The cost of operators in the paper's units: multiply-accumulates ("mult-adds") and parameters.
 *
 * Padded positions count, as in the paper; a batch counts once for each image.
 */
import { moduleOf, type Op } from "./ops/index.js";
import { elementCount, featureMap, type Tensor } from "./tensor.js";
import type { Size } from "./window.js";

/** A layer in the paper's letters. */
export interface LayerSize {
  /** D_K × D_K: the window. */
  readonly kernel: Size;
  /** M: input channels. */
  readonly depth: number;
  /** N: output channels. */
  readonly channels: number;
  /** D_F × D_F: height and width of the output; the paper counts at stride 1, where it is as large as the input. */
  readonly map: Size;
}

/** Mult-adds of a standard convolution, eq. (2): D_K · D_K · M · N · D_F · D_F. */
export function convolutionMultAdds({ kernel, depth, channels, map }: LayerSize): number {
  return kernel[0] * kernel[1] * depth * channels * map[0] * map[1];
}

/** Mult-adds of a depthwise convolution, eq. (4): D_K · D_K · M · D_F · D_F. */
export function depthwiseMultAdds({ kernel, depth, map }: Omit<LayerSize, "channels">): number {
  return kernel[0] * kernel[1] * depth * map[0] * map[1];
}

/**
 * Mult-adds of a depthwise convolution and the pointwise one after it, eq. (5):
 * D_K · D_K · M · D_F · D_F + M · N · D_F · D_F. With a 1×1 map each of these three gives the number of weights.
 */
export function separableMultAdds(size: LayerSize): number {
  return depthwiseMultAdds(size) + convolutionMultAdds({ ...size, kernel: [1, 1] });
}

/**
 * The paper's reduction in computation: the share of a standard convolution's mult-adds and weights that separating leaves,
 * eq. (5) / eq. (2) = 1 / N + 1 / D_K².
 */
export function separableShare({ kernel, channels }: Pick<LayerSize, "kernel" | "channels">): number {
  return 1 / channels + 1 / (kernel[0] * kernel[1]);
}

export interface Cost {
  /** Multiply-accumulates. */
  readonly multAdds: number;
  /** Weights alone, which is what the paper counts as parameters. */
  readonly weights: number;
  /** Weights and biases. */
  readonly parameters: number;
}

/** The cost of an operator; 0 for one without weights. */
export function costOf(op: Op, tensors: readonly Tensor[]): Cost {
  const { weights: trait } = moduleOf(op);
  const [weights, bias] = [trait?.operand, trait?.bias].map((position) => {
    const tensor = tensors[op.inputs[position ?? -1] ?? -1];
    return tensor ? elementCount(tensor.shape) : 0;
  }) as [number, number];
  // Each weight is a factor once for every position of the output: eq. (2) and (4).
  const { images, height, width } = featureMap(tensors[op.outputs[0]!]!.shape);
  return { multAdds: images * height * width * weights, weights, parameters: weights + bias };
}
