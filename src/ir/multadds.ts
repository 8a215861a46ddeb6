/**
 * The paper's cost equations: multiply-accumulates ("mult-adds") of convolutions. Padded positions count, as in the paper.
 */
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
 * The paper's reduction in computation, which is what separating leaves of a standard convolution's mult-adds and weights:
 * eq. (5) / eq. (2) = 1 / N + 1 / D_K².
 */
export function separableShare({ kernel, channels }: Pick<LayerSize, "kernel" | "channels">): number {
  return 1 / channels + 1 / (kernel[0] * kernel[1]);
}
