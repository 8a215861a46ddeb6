/**
 * MobileNet V1 (Howard et al. 2017, arXiv 1704.04861) as data: the layers of Table 1, with the width multiplier α and the
 * resolution multiplier ρ of sections 3.3 and 3.4, and the two networks that the paper compares it with.
 */
import { describe } from "../errors.js";
import type { Graph } from "../ir/graph.js";
import { SeededLayers } from "./builder.js";

/** A row of the body: how far its window moves, and how many channels it makes. */
interface Row {
  readonly stride: 1 | 2;
  readonly channels: number;
}

/**
 * The body of Table 1 after the first convolution: each row is a depthwise convolution with that stride and a pointwise
 * one to that many channels. The last depthwise layer has stride 1, as in every implementation: with the stride 2 that the
 * table prints, its 7×7 output would be 4×4.
 */
export const MOBILENET_BODY: readonly Row[] = [
  { stride: 1, channels: 64 },
  { stride: 2, channels: 128 },
  { stride: 1, channels: 128 },
  { stride: 2, channels: 256 },
  { stride: 1, channels: 256 },
  { stride: 2, channels: 512 },
  { stride: 1, channels: 512 },
  { stride: 1, channels: 512 },
  { stride: 1, channels: 512 },
  { stride: 1, channels: 512 },
  { stride: 1, channels: 512 },
  { stride: 2, channels: 1024 },
  { stride: 1, channels: 1024 },
];

/** Without the five rows from 512 to 512 channels. */
const SHALLOW_BODY = MOBILENET_BODY.filter(
  ({ channels }, index) => channels !== 512 || MOBILENET_BODY[index - 1]!.channels !== 512,
);

/**
 * "separable" is MobileNet itself (Table 1); "convolutional" has a standard 3×3 convolution for each depthwise and pointwise
 * pair (Table 4); "shallow" lacks the five separable layers of 14×14×512 (Table 5).
 */
export type MobileNetVariant = "separable" | "convolutional" | "shallow";

export const MOBILENET_VARIANTS: readonly MobileNetVariant[] = ["separable", "convolutional", "shallow"];

export interface MobileNetOptions {
  /** Default: "separable". */
  readonly variant?: MobileNetVariant;
  /** The width multiplier α, above 0 and up to 1: the share of each layer's channels, but never less than 8. Default: 1. */
  readonly alpha?: number;
  /** Height and width of the input in pixels, ρ · 224 in the paper; from 32 to 8192. Default: 224. */
  readonly resolution?: number;
  /** Of an input that is not square. Default: `resolution`. */
  readonly height?: number;
  /** Of an input that is not square. Default: `resolution`. */
  readonly width?: number;
  /** From 1 to 65536. Default: 1000. */
  readonly classes?: number;
  /** Seed of the initial weights, a whole number below 2^32. Default: 1. */
  readonly seed?: number;
}

/** The stride that each side is divided by in all. */
const LEAST_SIDE = 32;
/** With it no activation has more than 2^30 elements. */
const LARGEST_SIDE = 8192;

/**
 * The network with seeded initial weights: input float32 [1, H, W, 3] in -1…1, output float32 [1, classes], probabilities.
 * Batch norms are folded: each convolution has a bias and a ReLU6.
 *
 * @throws RangeError for an option that is not as described.
 */
export function mobileNetV1(options: MobileNetOptions = {}): Graph {
  const { variant = "separable", alpha = 1, resolution = 224, classes = 1000, seed = 1 } = options;
  const { height = resolution, width = resolution } = options;
  if (!MOBILENET_VARIANTS.includes(variant)) {
    throw new RangeError(`"variant" expected one of ${MOBILENET_VARIANTS.join(", ")}, got ${describe(variant)}`);
  }
  const thin = thinner(alpha);
  for (const [name, side] of Object.entries({ resolution, height, width })) {
    expectWhole(name, side, LEAST_SIDE, LARGEST_SIDE);
  }
  expectWhole("classes", classes, 1, 65536);
  expectWhole("seed", seed, 0, 2 ** 32 - 1);

  const net = new SeededLayers(seed);
  let x = net.input("input", [1, height, width, 3]);
  x = net.convolution("conv1", x, thin(32), 3, 2, "relu6");
  for (const [index, { stride, channels }] of (variant === "shallow" ? SHALLOW_BODY : MOBILENET_BODY).entries()) {
    if (variant === "convolutional") {
      x = net.convolution(`conv_${index + 1}`, x, thin(channels), 3, stride, "relu6");
    } else {
      x = net.depthwise(`conv_dw_${index + 1}`, x, stride, "relu6");
      x = net.convolution(`conv_pw_${index + 1}`, x, thin(channels), 1, 1, "relu6");
    }
  }
  x = net.globalPool("pool", x);
  x = net.convolution("conv_preds", x, classes, 1, 1, "none");
  x = net.softmax("softmax", net.reshape("logits", x, [1, classes]));
  return net.graph([x]);
}

/** What the width multiplier makes of a number of channels. Throws RangeError for an α that is not as described. */
export function thinner(alpha: number): (channels: number) => number {
  if (!(typeof alpha === "number" && alpha > 0 && alpha <= 1)) {
    throw new RangeError(`"alpha" expected a number above 0 and up to 1, got ${describe(alpha)}`);
  }
  return (channels) => Math.max(8, Math.floor(channels * alpha));
}

/** Throws RangeError for an option that is no whole number between two others. */
export function expectWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`"${name}" expected a whole number from ${least} to ${most}, got ${describe(value)}`);
  }
}
