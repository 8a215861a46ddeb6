/**
 * What convolutions cost, in the paper's units: multiply-accumulates ("mult-adds") and parameters.
 *
 * Padded positions count, as in the paper; a batch counts once for each image.
 */
import type { Op, Size } from "./ops.js";
import { elementCount, featureMap, type Tensor } from "./tensor.js";

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
 * The paper's reduction in computation, which is what separating leaves of a standard convolution's mult-adds and weights:
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

/** The cost of an operator; 0 for what neither multiplies nor holds weights. */
export function costOf(op: Op, tensors: readonly Tensor[]): Cost {
  if (op.type !== "convolution" && op.type !== "depthwise" && op.type !== "fullyconnected") {
    return { multAdds: 0, weights: 0, parameters: 0 };
  }
  const [weights, ...biases] = op.inputs.slice(1).map((index) => tensors[index]!.shape);
  const count = elementCount(weights!);
  const parameters = biases.reduce((sum, shape) => sum + elementCount(shape), count);
  const { images, height, width, channels } = featureMap(tensors[op.outputs[0]!]!.shape);
  const map: Size = [height, width];
  const depth = weights!.at(-1)!;
  const kernel: Size = op.type === "fullyconnected" ? [1, 1] : [weights![1]!, weights![2]!];
  const multAdds =
    op.type === "depthwise"
      ? depthwiseMultAdds({ kernel, depth, map })
      : convolutionMultAdds({ kernel, depth, channels, map });
  return { multAdds: images * multAdds, weights: count, parameters };
}
