/** Small Keras models as the TensorFlow.js converter writes them. */
import { seededRandom } from "../../src/models/random.js";
import { seededWeight, type StoredWeight } from "./weights.js";

export interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
}

export function layer(kind: string, name: string, config: Readonly<Record<string, unknown>> = {}): KerasLayer {
  return { class_name: kind, config: { name, ...config } };
}

/** A model whose layers follow one another, as a functional one: what newer versions of Keras say of MobileNet. */
export function functional(layers: readonly KerasLayer[]): unknown {
  const connected = layers.map((it, i) => ({
    ...it,
    name: it.config.name,
    inbound_nodes: i === 0 ? [] : [[[layers[i - 1]!.config.name, 0, 0, {}]]],
  }));
  const output_layers = [[layers.at(-1)!.config.name, 0, 0]];
  const config = { name: "small", layers: connected, input_layers: [[layers[0]!.config.name, 0, 0]], output_layers };
  return { keras_version: "2.15.0", backend: "tensorflow", model_config: { class_name: "Functional", config } };
}

export function sequential(layers: readonly KerasLayer[]): unknown {
  return { class_name: "Sequential", config: { name: "small", layers }, keras_version: "tfjs-layers 4.22.0" };
}

/** The first layers of MobileNet and its end, on 9×8 pixels and with few channels. */
export const SMALL: readonly KerasLayer[] = [
  layer("InputLayer", "input_1", { batch_input_shape: [null, 9, 8, 3] }),
  layer("ZeroPadding2D", "conv1_pad", {
    padding: [
      [0, 1],
      [0, 1],
    ],
  }),
  layer("Conv2D", "conv1", { strides: [2, 2], padding: "valid", use_bias: false, activation: "linear" }),
  layer("BatchNormalization", "conv1_bn", { axis: [3], epsilon: 0.01 }),
  layer("ReLU", "conv1_relu", { max_value: 6, negative_slope: 0, threshold: 0 }),
  layer("DepthwiseConv2D", "conv_dw_1", { strides: [2, 1], padding: "same", use_bias: true, activation: "relu6" }),
  layer("BatchNormalization", "conv_dw_1_bn", { axis: -1, scale: false, center: false }),
  layer("Conv2D", "conv_pw_1", { strides: 1, padding: "same", activation: "relu" }),
  layer("GlobalAveragePooling2D", "pool", { keepdims: true }),
  layer("Dropout", "dropout", { rate: 0.001 }),
  layer("Reshape", "reshape", { target_shape: [-1] }),
  layer("Dense", "predictions", { activation: "softmax" }),
];

const random = seededRandom(3);

/** Weights of SMALL, in Keras' order of dimensions. */
export const SMALL_WEIGHTS: readonly StoredWeight[] = [
  seededWeight("conv_pw_1/bias", [6], random),
  seededWeight("conv_pw_1/kernel", [1, 1, 4, 6], random),
  seededWeight("conv1/kernel", [3, 2, 3, 4], random),
  seededWeight("conv1_bn/gamma", [4], random),
  seededWeight("conv1_bn/beta", [4], random),
  seededWeight("conv1_bn/moving_mean", [4], random),
  seededWeight("conv1_bn/moving_variance", [4], random, 1),
  seededWeight("conv_dw_1/depthwise_kernel", [3, 3, 4, 1], random),
  seededWeight("conv_dw_1/bias", [4], random, 1),
  seededWeight("conv_dw_1_bn/moving_mean", [4], random),
  seededWeight("conv_dw_1_bn/moving_variance", [4], random, 1),
  seededWeight("predictions/kernel", [6, 5], random),
  seededWeight("predictions/bias", [5], random),
];
