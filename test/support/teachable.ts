/** Seeded exports of Teachable Machine: the layers, names and settings of a real one, with random weights. */
import { seededRandom } from "../../src/models/random.js";
import { layer, model, node, sequential, type KerasLayer, type KerasNode } from "./keras.js";
import { storeWeights, type StoredWeight } from "./weights.js";

export interface TeachableOptions {
  /** Height and width of the input, a multiple of 32. Default: 224, as in all exports. */
  readonly size?: number;
  readonly labels?: readonly string[];
  readonly seed?: number;
}

/** Inverted residuals of MobileNet V2 at α = 0.35: channels, repetitions and the stride of the first. */
const STAGES = [
  [8, 2, 2],
  [16, 3, 2],
  [24, 4, 2],
  [32, 3, 1],
  [56, 3, 2],
  [112, 1, 1],
] as const;

/** `model.json`, `weights.bin` and `metadata.json`. */
export function teachableExport({ size = 224, labels = ["cat", "dog", "neither"], seed = 1 }: TeachableOptions = {}) {
  const random = seededRandom(seed);
  const weights: StoredWeight[] = [];
  const topology = sequential([
    layer("Sequential", "sequential_1", {
      layers: [mobileNetV2(size, weights, random), layer("GlobalAveragePooling2D", "global_average_pooling2d_GlobalAveragePooling2D1", { data_format: "channels_last" })], // prettier-ignore
    }),
    layer("Sequential", "sequential_3", {
      layers: [
        layer("Dense", "dense_Dense1", { units: 100, activation: "relu", use_bias: true, batch_input_shape: [null, 1280] }), // prettier-ignore
        layer("Dense", "dense_Dense2", { units: labels.length, activation: "softmax", use_bias: false }),
      ],
    }),
  ]);
  weights.push(
    uniform("dense_Dense1/kernel", [1280, 100], 1280, random),
    uniform("dense_Dense1/bias", [100], 100, random),
    uniform("dense_Dense2/kernel", [100, labels.length], 100, random),
  );
  const { manifest, shards } = storeWeights(weights);
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return {
    "model.json": json({ modelTopology: topology, weightsManifest: [{ ...manifest[0], paths: ["weights.bin"] }] }),
    "weights.bin": [...shards.values()][0]!,
    "metadata.json": json({
      tfjsVersion: "1.7.4",
      tmVersion: "2.4.10",
      packageVersion: "0.8.4-alpha2",
      packageName: "@teachablemachine/image",
      timeStamp: "2025-05-29T14:22:20.925Z",
      userMetadata: {},
      modelName: "tm-my-image-model",
      labels,
      imageSize: size,
    }),
  };
}

/** MobileNet V2 up to its last activation, and its weights. */
function mobileNetV2(size: number, weights: StoredWeight[], random: () => number): KerasLayer {
  const nodes: KerasNode[] = [node(layer("InputLayer", "input_1", { batch_input_shape: [null, size, size, 3], dtype: "float32" }))]; // prettier-ignore
  /** Adds a layer that reads the one before it, or others. */
  const add = (kind: string, name: string, config: Readonly<Record<string, unknown>>, ...inputs: string[]) => {
    const before = nodes.at(-1)!.name;
    nodes.push(node(layer(kind, name, { ...config, trainable: true }), inputs.length ? inputs : [before]));
  };
  const norm = (name: string, channels: number) => {
    add("BatchNormalization", name, { axis: -1, momentum: 0.999, epsilon: 0.001, center: true, scale: true });
    const spread = (centre: number, half: number) => Float32Array.from({ length: channels }, () => centre + half * (2 * random() - 1)); // prettier-ignore
    for (const [what, data] of Object.entries({
      gamma: spread(1, 0.2),
      beta: spread(0.2, 0.4),
      moving_mean: spread(0, 0.1),
      moving_variance: spread(1, 0.4),
    })) {
      weights.push({ name: `${name}/${what}`, shape: [channels], dtype: "float32", data });
    }
  };
  const convolve = (name: string, from: number, to: number, kernel: number, stride: number, padding: string) => {
    const size2 = [kernel, kernel];
    add("Conv2D", name, { filters: to, kernel_size: size2, strides: [stride, stride], padding, use_bias: false, data_format: "channels_last", dilation_rate: [1, 1], activation: "linear" }); // prettier-ignore
    weights.push(uniform(`${name}/kernel`, [...size2, from, to], kernel * kernel * from, random));
  };
  const clamp = (name: string) => add("ReLU", name, { max_value: 6 });
  const pad = (name: string) => add("ZeroPadding2D", name, { padding: [[0, 1], [0, 1]], data_format: "channels_last" }); // prettier-ignore
  const residual = (name: string, from: number, to: number, expansion: number, stride: number) => {
    const before = nodes.at(-1)!.name;
    const wide = from * expansion;
    if (expansion > 1) {
      convolve(`${name}_expand`, from, wide, 1, 1, "same");
      norm(`${name}_expand_BN`, wide);
      clamp(`${name}_expand_relu`);
    }
    if (stride === 2) pad(`${name}_pad`);
    const depthwise = { kernel_size: [3, 3], strides: [stride, stride], depth_multiplier: 1, use_bias: false };
    const settings = { data_format: "channels_last", dilation_rate: [1, 1], activation: "linear" };
    add("DepthwiseConv2D", `${name}_depthwise`, {
      ...depthwise,
      ...settings,
      padding: stride === 2 ? "valid" : "same",
    });
    weights.push(uniform(`${name}_depthwise/depthwise_kernel`, [3, 3, wide, 1], 9, random));
    norm(`${name}_depthwise_BN`, wide);
    clamp(`${name}_depthwise_relu`);
    convolve(`${name}_project`, wide, to, 1, 1, "same");
    norm(`${name}_project_BN`, to);
    if (from === to && stride === 1) add("Add", `${name}_add`, {}, before, `${name}_project_BN`);
  };
  pad("Conv1_pad");
  convolve("Conv1", 3, 16, 3, 2, "valid");
  norm("bn_Conv1", 16);
  clamp("Conv1_relu");
  residual("expanded_conv", 16, 8, 1, 1);
  let [channels, block] = [8, 0];
  for (const [to, repetitions, stride] of STAGES) {
    for (let i = 0; i < repetitions; ++i) {
      residual(`block_${++block}`, channels, to, 6, i === 0 ? stride : 1);
      channels = to;
    }
  }
  convolve("Conv_1", channels, 1280, 1, 1, "valid");
  norm("Conv_1_bn", 1280);
  clamp("out_relu");
  return model("model1", nodes, ["input_1"], ["out_relu"]);
}

/** Uniform numbers with the variance 2 / inputs, after which activations neither grow nor vanish. */
function uniform(name: string, shape: readonly number[], inputs: number, random: () => number): StoredWeight {
  const length = shape.reduce((a, b) => a * b, 1);
  const limit = Math.sqrt(6 / inputs);
  return { name, shape, dtype: "float32", data: Float32Array.from({ length }, () => limit * (2 * random() - 1)) };
}
