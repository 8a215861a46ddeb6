/**
 * SSD MobileNet V1: the single shot detector of Liu et al. 2016 (arXiv 1512.02325) on the backbone of Howard et al. 2017,
 * section 4.6 of that paper. Boxes and classes are predicted by 1×1 convolutions from six feature maps.
 */
import type { GraphBuilder } from "../ir/builder.js";
import type { Graph } from "../ir/graph.js";
import type { Activation } from "../ir/ops/module.js";
import { rare } from "../ir/rare.js";
import { SeededLayers } from "./builder.js";
import { expectWhole, MOBILENET_BODY, thinner } from "./mobilenetv1.js";
import { anchorsPerPlace, ssdAnchors } from "./ssdanchors.js";

/** What builds the network: with seeded weights, or with those of a file. */
export interface Layers extends GraphBuilder {
  convolution(
    name: string,
    x: number,
    channels: number,
    kernel: number,
    stride: number,
    activation: Activation,
  ): number;
  depthwise(name: string, x: number, stride: number, activation: Activation): number;
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
  /** From 1 to 65535. Default: 90, as COCO counts. */
  readonly classes?: number;
  /** How many boxes a picture may get, from 1 to 1000. Default: 100. */
  readonly maxDetections?: number;
  /** Seed of the initial weights, a whole number below 2^32. Default: 1. */
  readonly seed?: number;
}

/** By what encodings are divided: y, x, height, width. */
const SCALES = [10, 10, 5, 5] as const;

/** As in TensorFlow's configuration of this network. */
const IOU_THRESHOLD = 0.6;

/**
 * The network with seeded initial weights: input float32 [1, H, W, 3] in -1…1; outputs as net.detect() takes them, boxes
 * [1, D, 4], classes [1, D], scores [1, D] and how many there are [1], D being maxDetections.
 *
 * @throws RangeError for an option that is not as described.
 */
export function ssdMobileNetV1(options: SsdOptions = {}): Graph {
  const { alpha = 1, resolution = 300, classes = 90, maxDetections = 100, seed = 1 } = options;
  expectWhole("classes", classes, 1, 65535);
  expectWhole("maxDetections", maxDetections, 1, 1000);
  expectWhole("seed", seed, 0, 2 ** 32 - 1);
  const net = new SeededLayers(seed);
  const heads = ssdHeads(net, alpha, resolution, 1 + classes); // the background comes first
  const joined = (name: string, parts: readonly number[], width: number) => {
    const rows = parts.map((part) => {
      const [, height, columns, channels] = net.shape(part) as [number, number, number, number];
      const shape = [1, (height * columns * channels) / width, width];
      return net.add(`${name}/${part}`, { type: "reshape", shape }, part);
    });
    return net.add(name, rare({ type: "concatenation", axis: 1 }), ...rows);
  };
  const encodings = joined(
    "encodings",
    heads.map(({ encodings: part }) => part),
    4,
  );
  const logits = joined(
    "logits",
    heads.map(({ logits: part }) => part),
    1 + classes,
  );
  const scores = net.add("scores", rare({ type: "logistic" }), logits);
  const anchors = ssdAnchors(heads.map(({ encodings: part }) => net.shape(part)[1]!));
  const found = net.add(
    "detections",
    rare({
      type: "detection",
      maxDetections,
      maxClasses: 1,
      detectionsPerClass: maxDetections,
      regular: false,
      scoreThreshold: 0,
      iouThreshold: IOU_THRESHOLD,
      classes,
      scales: SCALES,
    }),
    encodings,
    scores,
    net.constant("anchors", [anchors.length / 4, 4], anchors),
  );
  return net.graph([found, found + 1, found + 2, found + 3]);
}

/** What is predicted from a feature map. Row by row, and place by place, it is that of all anchors one after another. */
export interface SsdHead {
  /** [1, h, w, boxes · 4] */
  readonly encodings: number;
  /** [1, h, w, boxes · logits] */
  readonly logits: number;
}

/** All of the network but what is made of its predictions, from the finest feature map to the coarsest. */
export function ssdHeads(net: Layers, alpha: number, resolution: number, logits: number): SsdHead[] {
  const thin = thinner(alpha);
  expectWhole("resolution", resolution, 32, 8192);
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
  return features.map((feature, index) => {
    const name = `Prediction/BoxPredictor_${index}`;
    const boxes = counts[index]!;
    return {
      encodings: net.convolution(`${name}/BoxEncodingPredictor`, feature, boxes * 4, 1, 1, "none"),
      logits: net.convolution(`${name}/ClassPredictor`, feature, boxes * logits, 1, 1, "none"),
    };
  });
}
