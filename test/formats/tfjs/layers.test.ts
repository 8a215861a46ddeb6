/** Layers models: what Keras' definitions make of the weights in Keras' order, and what is refused. */
import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import { readModel } from "../../../src/formats/index.js";
import { readSource } from "../../../src/source.js";
import { functional, layer, sequential, SMALL, SMALL_WEIGHTS, type KerasLayer } from "../../support/keras.js";
import { loadModel } from "../../support/load.js";
import { storeModel } from "../../support/weights.js";

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
function smallByHand(pixels: Float32Array): number[] {
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

const X = Float32Array.from({ length: 9 * 8 * 3 }, (_, i) => Math.sin(i * i));

/** Keras' default is a network in one of these forms. */
const FORMS: readonly [string, unknown][] = [
  ["functional", functional(SMALL)],
  ["sequential", sequential(SMALL)],
  [
    "sequential, its input said by the first layer",
    sequential([layer("ZeroPadding2D", "pad", { ...SMALL[0]!.config, ...SMALL[1]!.config }), ...SMALL.slice(2)]),
  ],
  ["sequential, as old versions list layers", { class_name: "Sequential", config: SMALL }],
];

describe("a layers model", () => {
  test.each(FORMS)("%s", async (_, topology) => {
    const net = await loadModel(storeModel(topology, SMALL_WEIGHTS, 100));
    const [output] = net.run(X);
    expect(output!.shape).toEqual([1, 5]);
    for (const [i, value] of smallByHand(X).entries()) expect(output!.data[i]).toBeCloseTo(value, 6);
  });

  test("becomes as few operators as there are", async () => {
    const net = await loadModel(storeModel(functional(SMALL), SMALL_WEIGHTS));
    // The pad is in the first convolution with its norm and clamp; the second norm comes after a clamp, so it stays one.
    expect(net.layers.map(({ type }) => type)).toEqual(
      ["convolution", "depthwise", "depthwise", "convolution", "mean", "reshape", "fullyconnected", "softmax"], // prettier-ignore
    );
    expect(net.layers[0]).toMatchObject({ padding: { top: 0, bottom: 1, left: 0, right: 1 }, activation: "relu6" });
    expect(net.inputs[0]!.name).toBe("input_1");
    expect(net.outputs[0]!.name).toBe("predictions");
  });

  test.each<[string, KerasLayer, readonly number[]]>([
    ["Flatten", layer("Flatten", "it"), [1, 24]],
    ["Reshape", layer("Reshape", "it", { target_shape: [4, -1] }), [1, 4, 6]],
    ["ZeroPadding2D of one number", layer("ZeroPadding2D", "it", { padding: 2 }), [1, 6, 7, 4]],
    ["ZeroPadding2D of two numbers", layer("ZeroPadding2D", "it", { padding: [1, 0] }), [1, 4, 3, 4]],
    ["Softmax", layer("Softmax", "it", { axis: -1 }), [1, 2, 3, 4]],
    ["GlobalAveragePooling2D", layer("GlobalAveragePooling2D", "it", { data_format: "channels_last" }), [1, 4]],
  ])("%s gives the right shape", async (_, it, shape) => {
    const input = layer("InputLayer", "x", { batch_input_shape: [null, 2, 3, 4] });
    const net = await loadModel(storeModel(functional([input, it]), []));
    expect(net.outputs[0]!.shape).toEqual(shape);
    expect(net.run(new Float32Array(24).fill(1))[0]!.data.length).toBe(shape.reduce((a, b) => a * b, 1));
  });
});

/** SMALL with some settings of a layer changed. */
function changed(name: string, config: Readonly<Record<string, unknown>>): unknown {
  return functional(SMALL.map((it) => (it.config.name === name ? { ...it, config: { ...it.config, ...config } } : it)));
}

function connected(name: string, inbound_nodes: unknown): unknown {
  const model = functional(SMALL) as { model_config: { config: { layers: { name: string }[] } } };
  const { layers } = model.model_config.config;
  const config = { ...model.model_config.config, layers: layers.map((it) => (it.name === name ? { ...it, inbound_nodes } : it)) }; // prettier-ignore
  return { model_config: { class_name: "Model", config } };
}

describe("a layers model is refused", () => {
  test.each<[string, unknown, typeof FormatError | typeof UnsupportedError, RegExp]>([
    ["of another kind", { class_name: "Subclassed", config: {} }, UnsupportedError, /Sequential, Model or Functional/],
    ["without layers", sequential([]), FormatError, /expected layers, got none/],
    ["with an unknown layer", functional([SMALL[0]!, layer("LSTM", "it")]), UnsupportedError, /"it" \(LSTM\).*Conv2D/],
    ["with a layer named as what all objects have", functional([SMALL[0]!, layer("toString", "it")]), UnsupportedError, /"it" \(toString\)/], // prettier-ignore
    ["of any size", changed("input_1", { batch_input_shape: [null, null, null, 3] }), UnsupportedError, /fixed size/],
    ["with dilation", changed("conv1", { dilation_rate: [2, 2] }), UnsupportedError, /"conv1".*dilation_rate/],
    ["with groups", changed("conv1", { groups: 2 }), UnsupportedError, /"conv1".*groups expected 1, got 2/],
    ["with a multiplier", changed("conv_dw_1", { depth_multiplier: 2 }), UnsupportedError, /depth_multiplier/],
    ["with channels first", changed("pool", { data_format: "channels_first" }), UnsupportedError, /data_format/],
    ["with other padding", changed("conv1", { padding: "causal" }), UnsupportedError, /"same" or "valid"/],
    ["with stride 0", changed("conv1", { strides: [0, 1] }), FormatError, /strides expected a whole number from 1/],
    ["with another activation", changed("conv_pw_1", { activation: "swish" }), UnsupportedError, /got string "swish"/],
    ["with another norm", changed("conv1_bn", { axis: 1 }), UnsupportedError, /axis expected the last one, got 1/],
    ["with a leaky clamp", changed("conv1_relu", { negative_slope: 0.1 }), UnsupportedError, /negative_slope/],
    ["with a clamp at 1", changed("conv1_relu", { max_value: 1 }), UnsupportedError, /max_value expected 6 or none/],
    ["whose shape does not fit", changed("reshape", { target_shape: [7] }), FormatError, /cannot make 1×7 of 1×1×1×6/],
    ["with a missing weight", changed("conv1", { use_bias: true }), FormatError, /"conv1\/bias" is missing/],
    [
      "that reads what comes later",
      connected("conv1", [[["pool", 0, 0]]]),
      FormatError,
      /"pool", which no layer before/,
    ],
    ["that reads a layer twice", connected("conv1", [[["conv1_pad", 0, 0]], [["conv1_pad", 0, 0]]]), UnsupportedError, /one input once/], // prettier-ignore
    ["with two inputs of a layer", connected("conv1", [[["conv1_pad", 0, 0], ["input_1", 0, 0]]]), UnsupportedError, /got 2/], // prettier-ignore
    ["with a second use", connected("conv1", [[["conv1_pad", 1, 0]]]), UnsupportedError, /used once/],
  ])("%s", async (_, topology, type, message) => {
    const files = storeModel(topology, SMALL_WEIGHTS);
    await expect(loadModel(files)).rejects.toThrow(type);
    await expect(loadModel(files)).rejects.toThrow(message);
  });

  test("with weights of the wrong size", async () => {
    const weights = SMALL_WEIGHTS.map((it) => (it.name === "conv1/kernel" ? { ...it, shape: [3, 2, 4, 3] } : it));
    await expect(loadModel(storeModel(functional(SMALL), weights))).rejects.toThrow(
      /"conv1" \(Conv2D\): input channels/,
    );
    const flat = SMALL_WEIGHTS.map((it) => (it.name === "conv1/kernel" ? { ...it, shape: [72] } : it));
    await expect(loadModel(storeModel(functional(SMALL), flat))).rejects.toThrow(
      /"conv1\/kernel" expected 4 dimensions/,
    );
  });

  test("that is only its model.json", async () => {
    const { "model.json": bytes } = storeModel(functional(SMALL), SMALL_WEIGHTS);
    await expect(loadModel(bytes!)).rejects.toThrow(TypeError);
    await expect(loadModel(bytes!)).rejects.toThrow(/weights of this one are in 1 other files/);
    await expect(loadModel({ "model.json": bytes! })).rejects.toThrow(/expected the file group1-shard1of1.bin, too/);
  });

  test.each([
    ["that is cut off", "{", /model.json expected JSON/],
    ["that is no model", "{}", /modelTopology expected an object, got undefined/],
    ["that has no weights", '{"modelTopology": {}}', /weights manifest expected an array/],
  ])("%s", async (_, text, message) => {
    const { bytes } = await readSource(new TextEncoder().encode(text), "model", 1000);
    await expect(readModel({ bytes })).rejects.toThrow(FormatError);
    await expect(readModel({ bytes })).rejects.toThrow(message);
  });
});
