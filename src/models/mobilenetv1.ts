/**
 * MobileNet V1 (Howard et al. 2017, arXiv 1704.04861): the 28 layers of Table 1 as data, with the width multiplier α
 * and the resolution multiplier ρ of section 3.3 and 3.4.
 */
import { describe } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { GraphBuilder } from "./builder.js";

/**
 * The body of Table 1 after the first convolution: each row is a depthwise convolution with that stride and a pointwise
 * one to that many channels. The last depthwise layer has stride 1, as in every implementation: with the stride 2 that the
 * table prints, its 7×7 output would be 4×4.
 */
const BODY = [
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
] as const;

export interface MobileNetOptions {
  /** The width multiplier α, above 0 and up to 1: the share of each layer's channels. Default: 1. */
  readonly alpha?: number;
  /** Height and width of the input in pixels, ρ · 224 in the paper. Default: 224. */
  readonly resolution?: number;
  /** Default: 1000. */
  readonly classes?: number;
  /** Seed of the initial weights. Default: 1. */
  readonly seed?: number;
}

/**
 * The network with seeded weights: input float32 [1, H, W, 3] in -1…1, output float32 [1, classes], probabilities.
 *
 * @throws RangeError for an α outside of (0, 1], a resolution below 32, or a number of classes below 1.
 */
export function mobileNetV1({ alpha = 1, resolution = 224, classes = 1000, seed = 1 }: MobileNetOptions = {}): Graph {
  if (!(alpha > 0 && alpha <= 1)) throw new RangeError(`"alpha" expected above 0 and up to 1, got ${describe(alpha)}`);
  expectWhole("resolution", resolution, 32);
  expectWhole("classes", classes, 1);
  const width = (channels: number) => Math.max(8, Math.floor(channels * alpha));
  const net = new GraphBuilder(seed);
  let x = net.input("input", [1, resolution, resolution, 3]);
  x = net.convolution("conv1", x, width(32), 3, 2, "relu6");
  for (const [index, { stride, channels }] of BODY.entries()) {
    x = net.depthwise(`conv_dw_${index + 1}`, x, stride, "relu6");
    x = net.convolution(`conv_pw_${index + 1}`, x, width(channels), 1, 1, "relu6");
  }
  x = net.globalPool("pool", x);
  x = net.convolution("conv_preds", x, classes, 1, 1, "none");
  x = net.softmax("softmax", net.reshape("logits", x, [1, classes]));
  return net.graph(x);
}

function expectWhole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`"${name}" expected a whole number from ${least}, got ${describe(value)}`);
}
