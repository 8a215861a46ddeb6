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

/** The same as Keras 3 has it. */
export function functional3(layers: readonly KerasLayer[]): unknown {
  const connected = layers.map((it, i) => {
    const keras_history = [layers[i - 1]?.config.name, 0, 0];
    const args = [{ class_name: "__keras_tensor__", config: { dtype: "float32", keras_history } }];
    const { batch_input_shape: batch_shape, ...config } = it.config;
    return {
      ...it,
      config: { ...config, batch_shape },
      name: it.config.name,
      inbound_nodes: i ? [{ args, kwargs: {} }] : [],
    };
  });
  const [input_layers, output_layers] = [layers[0]!, layers.at(-1)!].map((it) => [it.config.name, 0, 0]);
  return { class_name: "Functional", config: { name: "small", layers: connected, input_layers, output_layers } };
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

type Image = number[][][]; // [row][column][channel]

const weight = (name: string) => SMALL_WEIGHTS.find((it) => it.name === name)!.data;
const clamp = (x: number, most: number) => Math.min(Math.max(x, 0), most);

/** Rows and columns of zeros around an image. */
function padded(image: Image, [top, bottom, left, right]: readonly [number, number, number, number]): Image {
  const zero = image[0]![0]!.map(() => 0);
  const rows = image.map((row) => [...Array<number[]>(left).fill(zero), ...row, ...Array<number[]>(right).fill(zero)]);
  const empty = rows[0]!.map(() => zero);
  return [...Array<number[][]>(top).fill(empty), ...rows, ...Array<number[][]>(bottom).fill(empty)];
}

/** For each position of a window without padding, what `at` makes of it. */
function slide(image: Image, kernel: readonly number[], stride: readonly number[], at: (part: Image) => number[]) {
  const result: Image = [];
  for (let y = 0; y + kernel[0]! <= image.length; y += stride[0]!) {
    const row: number[][] = [];
    for (let x = 0; x + kernel[1]! <= image[0]!.length; x += stride[1]!) {
      row.push(at(image.slice(y, y + kernel[0]!).map((line) => line.slice(x, x + kernel[1]!))));
    }
    result.push(row);
  }
  return result;
}

/** SMALL layer by layer, straight from Keras' definitions, on kernels [row][column][input][output]. */
export function smallByHand(pixels: Float32Array): number[] {
  let image: Image = Array.from({ length: 9 }, (_, y) =>
    Array.from({ length: 8 }, (__, x) => Array.from(pixels.subarray((y * 8 + x) * 3, (y * 8 + x + 1) * 3))),
  );
  const outputs = (count: number) => Array.from({ length: count }, (_, o) => o);
  image = slide(padded(image, [0, 1, 0, 1]), [3, 2], [2, 2], (part) =>
    outputs(4).map((o) => {
      let sum = 0;
      for (const [i, line] of part.entries())
        for (const [j, pixel] of line.entries())
          for (const [c, value] of pixel.entries())
            sum += value * weight("conv1/kernel")[((i * 2 + j) * 3 + c) * 4 + o]!;
      const [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"].map(
        (what) => weight(`conv1_bn/${what}`)[o]!,
      ) as [number, number, number, number];
      return clamp((gamma * (sum - mean)) / Math.sqrt(variance + 0.01) + beta, 6);
    }),
  );
  // 4×4 with strides 2 and 1: SAME gives 2×4, for which it needs 5 rows and 6 columns.
  image = slide(padded(image, [0, 1, 1, 1]), [3, 3], [2, 1], (part) =>
    outputs(4).map((c) => {
      let sum = weight("conv_dw_1/bias")[c]!;
      for (const [i, line] of part.entries())
        for (const [j, pixel] of line.entries())
          sum += pixel[c]! * weight("conv_dw_1/depthwise_kernel")[(i * 3 + j) * 4 + c]!;
      const [mean, variance] = ["moving_mean", "moving_variance"].map((what) => weight(`conv_dw_1_bn/${what}`)[c]!);
      return (clamp(sum, 6) - mean!) / Math.sqrt(variance! + 1e-3);
    }),
  );
  const features = image.flat().map((pixel) =>
    outputs(6).map((o) => {
      const sum = pixel.reduce((all, value, c) => all + value * weight("conv_pw_1/kernel")[c * 6 + o]!, 0);
      return clamp(sum + weight("conv_pw_1/bias")[o]!, Infinity);
    }),
  );
  const pooled = outputs(6).map((o) => features.reduce((sum, pixel) => sum + pixel[o]! / features.length, 0));
  const logits = outputs(5).map((k) =>
    pooled.reduce(
      (sum, value, o) => sum + value * weight("predictions/kernel")[o * 5 + k]!,
      weight("predictions/bias")[k]!,
    ),
  );
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
}

export const SMALL_INPUT = Float32Array.from({ length: 9 * 8 * 3 }, (_, i) => Math.sin(i * i));

/** A layer of a functional model, with its name outside as well. */
export interface KerasNode extends KerasLayer {
  readonly name: string;
  /** [layer, use, output] of each tensor that each use of the layer reads. */
  readonly inbound_nodes: readonly (readonly (readonly [string, number, number, object])[])[];
}

/** Connects a layer: each further argument lists the tensors that one use of it reads, as `name`, `name:use:output`. */
export function node(it: KerasLayer, ...uses: readonly (readonly string[])[]): KerasNode {
  const inbound_nodes = uses.map((inputs) =>
    inputs.map((input) => {
      const [name, use = 0, output = 0] = input.split(":");
      return [name!, Number(use), Number(output), {}] as const;
    }),
  );
  return { ...it, name: it.config.name, inbound_nodes };
}

/** A functional model of any graph, as a layer of others or as a whole. */
export function model(
  name: string,
  layers: readonly KerasNode[],
  inputs: readonly string[],
  outputs: readonly string[],
): KerasLayer & { readonly config: { readonly layers: readonly KerasNode[] } } {
  const references = (names: readonly string[]) =>
    node(layer("", ""), names).inbound_nodes[0]!.map(([...it]) => it.slice(0, 3));
  const config = { name, layers, input_layers: references(inputs), output_layers: references(outputs) };
  return { class_name: "Model", config };
}

/** SMALL in models: the first of two Sequentials has a Model that ends in a merge layer. */
export const NESTED: unknown = (() => {
  const [input, ...others] = SMALL.slice(0, 8).map((it, i) => node(it, ...(i ? [[SMALL[i - 1]!.config.name]] : [])));
  const base = [input!, ...others, node(layer("Average", "mean"), ["conv_pw_1", "conv_pw_1"])];
  const first = layer("Sequential", "first", {
    layers: [model("base", base, ["input_1"], ["mean"]), ...SMALL.slice(8, 10)],
  });
  return sequential([first, layer("Sequential", "second", { layers: SMALL.slice(10) })]);
})();
