/**
 * SSD MobileNet V1: the single shot detector of Liu et al. 2016 (arXiv 1512.02325) on the backbone of Howard et al. 2017,
 * section 4.6 of that paper. Boxes and classes are predicted by 1×1 convolutions from six feature maps.
 */
import type { Graph } from "../graph/graph.js";
import type { Activation } from "../graph/ops.js";
import { GraphBuilder } from "./builder.js";
import { expectWhole, MOBILENET_BODY, thinner } from "./mobilenetv1.js";
import { anchorsPerPlace } from "./ssdanchors.js";

/** What builds the network: with seeded weights, or with those of a file. */
export interface Layers {
  input(name: string, shape: readonly number[]): number;
  convolution(
    name: string,
    x: number,
    channels: number,
    kernel: number,
    stride: number,
    activation: Activation,
  ): number;
  depthwise(name: string, x: number, stride: number, activation: Activation): number;
  graph(...outputs: number[]): Graph;
}

/** After which rows of the body the first two feature maps are. */
const FEATURES_AFTER: ReadonlySet<number> = new Set([11, 13]);

/** The layers after the body; each that halves the picture makes a feature map. */
const EXTRA_LAYERS = [
  { kernel: 1, stride: 1, channels: 256 },
  { kernel: 3, stride: 2, channels: 512 },
  { kernel: 1, stride: 1, channels: 128 },
  { kernel: 3, stride: 2, channels: 256 },
  { kernel: 1, stride: 1, channels: 128 },
  { kernel: 3, stride: 2, channels: 256 },
  { kernel: 1, stride: 1, channels: 64 },
  { kernel: 3, stride: 2, channels: 128 },
] as const;

export interface SsdOptions {
  /** The width multiplier α, above 0 and up to 1: the share of each layer's channels, but never less than 8. Default: 1. */
  readonly alpha?: number;
  /** Height and width of the input in pixels, from 32 to 8192. Default: 300. */
  readonly resolution?: number;
  /** How many logits each box has. Default: 91, the background and the 90 classes of COCO. */
  readonly classes?: number;
  /** Seed of the initial weights, a whole number below 2^32. Default: 1. */
  readonly seed?: number;
}

/**
 * The network: input float32 [1, H, W, 3] in -1…1. Its outputs are, for each feature map from the finest to the coarsest,
 * box encodings [1, h, w, boxes · 4] and class logits [1, h, w, boxes · classes]; row by row, and place by place, they are
 * those of all anchors one after another.
 *
 * @throws RangeError for an option that is not as described.
 */
export function ssdMobileNetV1(options: SsdOptions = {}): Graph {
  const { seed = 1 } = options;
  expectWhole("seed", seed, 0, 2 ** 32 - 1);
  return buildSsdMobileNetV1(new GraphBuilder(seed), options);
}

/** The same with other weights than seeded ones. */
export function buildSsdMobileNetV1(
  net: Layers,
  { alpha = 1, resolution = 300, classes = 91 }: Omit<SsdOptions, "seed">,
): Graph {
  const thin = thinner(alpha);
  expectWhole("resolution", resolution, 32, 8192);
  expectWhole("classes", classes, 1, 65536);
  const features: number[] = [];
  let x = net.input("input", [1, resolution, resolution, 3]);
  x = net.convolution("MobilenetV1/Conv2d_0_pointwise", x, thin(32), 3, 2, "relu6");
  for (const [index, { stride, channels }] of MOBILENET_BODY.entries()) {
    const name = `MobilenetV1/Conv2d_${index + 1}`;
    x = net.depthwise(`${name}_depthwise`, x, stride, "relu6");
    x = net.convolution(`${name}_pointwise`, x, thin(channels), 1, 1, "relu6");
    if (FEATURES_AFTER.has(index + 1)) features.push(x);
  }
  for (const [index, { kernel, stride, channels }] of EXTRA_LAYERS.entries()) {
    x = net.convolution(`Prediction/Conv2d_${index}_pointwise`, x, thin(channels), kernel, stride, "relu6");
    if (stride === 2) features.push(x);
  }
  const counts = anchorsPerPlace(features.length);
  const outputs = features.flatMap((feature, index) => {
    const name = `Prediction/BoxPredictor_${index}`;
    const boxes = counts[index]!;
    return [
      net.convolution(`${name}/BoxEncodingPredictor`, feature, boxes * 4, 1, 1, "none"),
      net.convolution(`${name}/ClassPredictor`, feature, boxes * classes, 1, 1, "none"),
    ];
  });
  return net.graph(...outputs);
}
