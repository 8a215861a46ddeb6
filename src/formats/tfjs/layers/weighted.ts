/** Layers with weights: convolutions, dense layers and batch norm. */
import { describe, FormatError } from "../../../errors.js";
import type { Activation } from "../../../ir/ops/module.js";
import { asNumber } from "../../json.js";
import { activated, fused, readActivation } from "./activations.js";
import { expectLastAxis, expectSetting, onlyInput, readPadding, readStride, type Layer, type Reader } from "./layer.js";

export const WEIGHTED_READERS: Readonly<Record<string, Reader>> = {
  BatchNormalization: readBatchNorm,
  Conv2D: readConvolution,
  Dense: readDense,
  DepthwiseConv2D: (layer) => {
    const [clamp, rest] = fused(readActivation(layer.config));
    return activated(layer, depthwise(layer, clamp, readBias(layer)), rest);
  },
  SeparableConv2D: readSeparable,
};

function readConvolution(layer: Layer): number {
  const { name, config, net, constants } = layer;
  expectSetting(config, "groups", 1);
  const x = onlyInput(layer);
  const kernel = constants.get("kernel", "convolution");
  const [, height, width] = net.shape(kernel) as [number, number, number];
  const stride = readStride(config);
  const padding = readPadding(config, net.shape(x), [height, width], stride);
  const [activation, rest] = fused(readActivation(config));
  const y = net.add(name, { type: "convolution", stride, padding, activation }, x, kernel, ...readBias(layer));
  return activated(layer, y, rest);
}

function depthwise(layer: Layer, activation: Activation, bias: readonly number[]): number {
  const { name, config, net, constants } = layer;
  const x = onlyInput(layer);
  const multiplier = constants.weight("depthwise_kernel").shape[3];
  if ((config.depth_multiplier ?? 1) !== multiplier) {
    throw new FormatError(
      `depth_multiplier expected ${multiplier}, as in the weights, got ${describe(config.depth_multiplier)}`,
    );
  }
  const kernel = constants.get("depthwise_kernel", "depthwise");
  const [, height, width] = net.shape(kernel) as [number, number, number];
  const stride = readStride(config);
  const padding = readPadding(config, net.shape(x), [height, width], stride);
  return net.add(name, { type: "depthwise", stride, padding, activation }, x, kernel, ...bias);
}

/** A depthwise convolution, then a pointwise one; bias and activation belong to the second. */
function readSeparable(layer: Layer): number {
  const { name, config, net, constants } = layer;
  const x = depthwise(layer, "none", []);
  const [activation, rest] = fused(readActivation(config));
  const kernel = constants.get("pointwise_kernel", "convolution");
  const padding = { top: 0, bottom: 0, left: 0, right: 0 };
  const pointwise = { type: "convolution", stride: [1, 1], padding, activation } as const;
  return activated(layer, net.add(name, pointwise, x, kernel, ...readBias(layer)), rest);
}

/** On the last dimension of a tensor of any shape. */
function readDense(layer: Layer): number {
  const { name, config, net, constants } = layer;
  const [activation, rest] = fused(readActivation(config));
  const inputs = [onlyInput(layer), constants.get("kernel", "matrix"), ...readBias(layer)];
  return activated(layer, net.add(name, { type: "fullyconnected", activation }, ...inputs), rest);
}

function readBatchNorm(layer: Layer): number {
  const { name, config, net, constants } = layer;
  const x = onlyInput(layer);
  const axis = Array.isArray(config.axis) && config.axis.length === 1 ? config.axis[0] : (config.axis ?? -1);
  expectLastAxis(axis, net.shape(x));
  const epsilon = asNumber(config.epsilon ?? 1e-3, "epsilon");
  const mean = constants.get("moving_mean", "vector");
  const variance = constants.get("moving_variance", "vector");
  // As many as there are statistics in the file: an input may claim any number of channels.
  const [channels] = net.shape(mean) as [number];
  const gamma = config.scale === false ? constants.filled(channels, 1) : constants.get("gamma", "vector");
  const beta = config.center === false ? constants.filled(channels, 0) : constants.get("beta", "vector");
  return net.add(name, { type: "batchnorm", epsilon }, x, gamma, beta, mean, variance);
}

function readBias({ config, constants }: Layer): number[] {
  return config.use_bias === false ? [] : [constants.get("bias", "vector")];
}
