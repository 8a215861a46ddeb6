/** Layers models in TensorFlow.js itself (tfjs-layers on its CPU backend) and here. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/models/random.js";
import { inputOf } from "../../examples/moderation/src/input.js";
import { decodeFile } from "../support/inputs.js";
import { layer, model, node } from "../support/keras.js";
import { KERNELS } from "../support/compiled.js";
import { loadModel } from "../support/load.js";
import { describeShared } from "../support/shared.js";
import { teachableExport } from "../support/teachable.js";
import { seededWeight, storeModel } from "../support/weights.js";

const require = createRequire(import.meta.url);

interface Tensor {
  dataSync(): Float32Array;
}

/** The part of TensorFlow.js that is used here; its own types need the DOM. */
interface Tensorflow {
  loadLayersModel(source: object): Promise<{ predict(input: Tensor): Tensor | Tensor[] }>;
  tensor(values: Float32Array, shape: readonly number[]): Tensor;
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  readonly image: { resizeBilinear(x: Tensor, size: readonly number[], alignCorners: boolean): Tensor };
}

let tf: Tensorflow;

beforeAll(() => {
  // Its CommonJS builds share one core; in Node, the ES modules and these would be two.
  const parts = ["core", "backend-cpu", "layers"].map((name) => require(`@tensorflow/tfjs-${name}`) as object);
  tf = Object.assign({}, ...parts) as Tensorflow;
});

type Files = Readonly<Record<string, Uint8Array>>;

/** What TensorFlow.js makes of one input. */
async function theirs(files: Files, input: Float32Array, shape: readonly number[]): Promise<Float32Array[]> {
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files["model.json"])) as {
    modelTopology: object;
    weightsManifest: readonly { paths: readonly string[]; weights: readonly object[] }[];
  };
  const parts = weightsManifest.flatMap(({ paths }) => paths.map((path) => files[path]!));
  const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const loaded = await tf.loadLayersModel({ load: async () => ({ modelTopology, weightSpecs, weightData }) });
  return [loaded.predict(tf.tensor(input, shape))].flat().map((output) => output.dataSync());
}

function expectClose(got: ArrayLike<number>, expected: Float32Array, bound: number): void {
  expect(got.length).toBe(expected.length);
  expect(expected.some((value) => value > 0)).toBe(true);
  // Not one expect() an element: an input has 150,000.
  const far = expected.findIndex((value, i) => !(Math.abs(got[i]! - value) < bound));
  expect([far, got[far]]).toEqual([-1, undefined]);
}

const pixels = (seed: number, size = 224) => {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: size * size * 3 }, () => Math.floor(256 * random()));
};

describe("an export of Teachable Machine", () => {
  const files = teachableExport();

  test.each(KERNELS)("classifies as @teachablemachine/image does, %s", async (kernels) => {
    const net = await loadModel(files, { kernels });
    for (const seed of [1, 2, 3]) {
      const data = pixels(seed);
      const [expected] = await theirs(
        files,
        Float32Array.from(data, (byte) => byte / 127 - 1),
        [1, 224, 224, 3],
      );
      const classes = net.classify({ data, width: 224, height: 224 });
      const scores = classes.toSorted((a, b) => a.index - b.index).map(({ score }) => score);
      expectClose(scores, expected!, 1e-5);
      expect(classes.map(({ label }) => label).toSorted()).toEqual(["cat", "dog", "neither"]);
    }
  });
});

/** A model of nsfwjs, whose files are base 64 in JavaScript modules. */
function nsfwModel(name: string): Files {
  const folder = new URL(`node_modules/nsfwjs/dist/models/${name}/`, import.meta.url);
  const evaluated = (file: string): unknown => {
    const module = { exports: {} };
    runInNewContext(readFileSync(new URL(`${file}.min.js`, folder), "utf8"), { module, exports: module.exports });
    return module.exports;
  };
  const json = evaluated("model") as { weightsManifest: readonly { paths: readonly string[] }[] };
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const shards = paths.map((path) => [path, new Uint8Array(Buffer.from(evaluated(path) as string, "base64"))] as const);
  return { "model.json": new TextEncoder().encode(JSON.stringify(json)), ...Object.fromEntries(shards) };
}

test("MobileNet V2 of nsfwjs", async () => {
  const files = nsfwModel("mobilenet_v2");
  const net = await loadModel(files);
  for (const seed of [4, 5]) {
    const input = Float32Array.from(pixels(seed), (byte) => byte / 255);
    const [expected] = await theirs(files, input, [1, 224, 224, 3]);
    expectClose(net.run(input)[0]!.data, expected!, 1e-5);
  }
});

const PHOTOGRAPHS = ["bird.bmp", "cat_720p.jpg", "hot_dog.jpg", "grace_hopper.bmp", "owl.jpg"];

describeShared("the example for moderation", () => {
  test("rates photographs as nsfwjs does", async () => {
    const files = nsfwModel("mobilenet_v2");
    const net = await loadModel(files);
    for (const { data, width, height } of PHOTOGRAPHS.map((name) => decodeFile(`images/${name}`))) {
      const picture = tf.tensor(Float32Array.from(data, (byte) => byte / 255), [height, width, data.length / (width * height)]); // prettier-ignore
      const rgb = tf.slice(picture, [0, 0, 0], [height, width, 3]);
      const resized = tf.image.resizeBilinear(rgb, [224, 224], true).dataSync();
      const input = inputOf({ data, width, height });
      expectClose(input, resized, 1e-5);
      const [expected] = await theirs(files, resized, [1, 224, 224, 3]);
      expectClose(net.run(input)[0]!.data, expected!, 1e-5);
    }
  });
});

test("layers of every kind", async () => {
  const random = seededRandom(6);
  const weights = [
    seededWeight("conv/kernel", [3, 2, 3, 4], random),
    seededWeight("conv/bias", [4], random),
    seededWeight("depthwise/depthwise_kernel", [3, 3, 4, 1], random),
    seededWeight("depthwise/bias", [4], random),
    seededWeight("separable/depthwise_kernel", [3, 3, 4, 1], random),
    seededWeight("separable/pointwise_kernel", [1, 1, 4, 4], random),
    seededWeight("separable/bias", [4], random),
    ...["gamma", "beta", "moving_mean"].map((name) => seededWeight(`norm/${name}`, [4], random)),
    seededWeight("norm/moving_variance", [4], random, 1),
    seededWeight("dense/kernel", [4, 4], random),
    seededWeight("dense/bias", [4], random),
    seededWeight("head/kernel", [4, 5], random),
    seededWeight("head/bias", [5], random),
  ];
  const last = { data_format: "channels_last" };
  const conv = { ...last, strides: [1, 1], padding: "same", use_bias: true };
  const layers = [
    node(layer("InputLayer", "x", { batch_input_shape: [null, 12, 11, 3], dtype: "float32" })),
    node(layer("Conv2D", "conv", { ...conv, filters: 4, kernel_size: [3, 2], strides: [2, 1], activation: "relu6" }), ["x"]), // prettier-ignore
    node(layer("DepthwiseConv2D", "depthwise", { ...conv, kernel_size: [3, 3], depth_multiplier: 1, activation: "sigmoid" }), ["conv"]), // prettier-ignore
    node(layer("SeparableConv2D", "separable", { ...conv, filters: 4, kernel_size: [3, 3], depth_multiplier: 1, activation: "linear" }), ["conv"]), // prettier-ignore
    node(layer("BatchNormalization", "norm", { axis: -1, epsilon: 1e-3, center: true, scale: true, momentum: 0.9 }), ["separable"]), // prettier-ignore
    node(layer("LeakyReLU", "leaky", { alpha: 0.2 }), ["norm"]),
    node(layer("Add", "sum"), ["conv", "depthwise", "leaky"]),
    node(layer("Average", "mean"), ["sum", "leaky", "depthwise"]),
    node(layer("Dense", "dense", { units: 4, use_bias: true, activation: "linear" }), ["mean"], ["cropped"]),
    node(layer("ZeroPadding2D", "padded", { ...last, padding: [[1, 0], [2, 1]] }), ["dense"]), // prettier-ignore
    node(layer("Cropping2D", "cropped", { ...last, cropping: [[1, 0], [0, 3]] }), ["padded"]), // prettier-ignore
    node(layer("Concatenate", "joined", { axis: 1 }), ["dense:1", "cropped"]),
    node(layer("MaxPooling2D", "largest", { ...last, pool_size: [3, 3], strides: [2, 2], padding: "same" }), ["joined"]), // prettier-ignore
    node(layer("AveragePooling2D", "average", { ...last, pool_size: [3, 2], strides: [2, 1], padding: "same" }), ["largest"]), // prettier-ignore
    node(layer("Permute", "permuted", { dims: [2, 1, 3] }), ["average"]),
    node(layer("GlobalMaxPooling2D", "top", last), ["permuted"]),
    node(layer("GlobalAveragePooling2D", "centre", last), ["permuted"]),
    node(layer("Dropout", "dropout", { rate: 0.5 }), ["top"]),
    node(layer("Add", "both"), ["dropout", "centre"]),
    node(layer("Dense", "head", { units: 5, use_bias: true, activation: "softmax" }), ["both"]),
    node(layer("Flatten", "flat"), ["average"]),
    node(layer("Reshape", "reshaped", { target_shape: [-1, 4] }), ["flat"]),
    node(layer("Softmax", "soft", { axis: -1 }), ["reshaped"]),
    node(layer("ReLU", "clamped", { max_value: 6 }), ["permuted"]),
  ];
  const topology = model("every", layers, ["x"], ["head", "soft", "clamped"]);
  const files = storeModel({ ...topology, keras_version: "2.15.0", backend: "tensorflow" }, weights);
  const net = await loadModel(files);
  const input = Float32Array.from({ length: 12 * 11 * 3 }, () => 4 * random() - 2);
  const expected = await theirs(files, input, [1, 12, 11, 3]);
  const got = net.run(input);
  expect(got.length).toBe(3);
  for (const [i, output] of got.entries()) expectClose(output.data, expected[i]!, 1e-5);
});
