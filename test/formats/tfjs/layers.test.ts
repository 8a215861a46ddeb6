/** Layers models: what Keras' definitions make of the weights in Keras' order, and what is refused. */
import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import { readModel } from "../../../src/formats/index.js";
import { readSource } from "../../../src/io/source.js";
import {
  functional,
  functional3,
  layer,
  sequential,
  SMALL,
  SMALL_INPUT,
  SMALL_WEIGHTS,
  smallByHand,
  type KerasLayer,
} from "../../support/keras.js";
import { loadModel } from "../../support/load.js";
import { storeModel } from "../../support/weights.js";

const FORMS: readonly [string, unknown][] = [
  ["functional", functional(SMALL)],
  ["functional, as Keras 3 has it", functional3(SMALL)],
  ["sequential", sequential(SMALL)],
  [
    "sequential, its input said by the first layer",
    sequential([layer("ZeroPadding2D", "pad", { ...SMALL[0]!.config, ...SMALL[1]!.config }), ...SMALL.slice(2)]),
  ],
  ["sequential, as old versions list layers", { class_name: "Sequential", config: SMALL }],
];

describe("a layers model", () => {
  test.each(FORMS)("%s", async (_, topology) => {
    const net = await loadModel(storeModel(topology, SMALL_WEIGHTS, { shardBytes: 100 }));
    const [output] = net.run(SMALL_INPUT);
    expect(output!.shape).toEqual([1, 5]);
    for (const [i, value] of smallByHand(SMALL_INPUT).entries()) expect(output!.data[i]).toBeCloseTo(value, 6);
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

  test("for several images at once", async () => {
    const files = storeModel(functional(SMALL), SMALL_WEIGHTS);
    const [one, two] = [await loadModel(files), await loadModel(files, { batch: 2 })];
    const other = SMALL_INPUT.map((value) => value / 2 - 0.25);
    const both = new Float32Array([...SMALL_INPUT, ...other]);
    const expected = [SMALL_INPUT, other].flatMap((x) => Array.from(one.run(x)[0]!.data));
    expect(Array.from(two.run(both)[0]!.data)).toEqual(expected);
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
    ["with another multiplier than its weights", changed("conv_dw_1", { depth_multiplier: 2 }), FormatError, /depth_multiplier expected 1, as in the weights, got 2/], // prettier-ignore
    ["with channels first", changed("pool", { data_format: "channels_first" }), UnsupportedError, /data_format/],
    ["with other padding", changed("conv1", { padding: "causal" }), UnsupportedError, /"same" or "valid"/],
    ["with stride 0", changed("conv1", { strides: [0, 1] }), FormatError, /strides expected a whole number from 1/],
    [
      "with another activation",
      changed("conv_pw_1", { activation: "swish" }),
      UnsupportedError,
      /one of .*relu6.*got string "swish"/,
    ],
    ["with another norm", changed("conv1_bn", { axis: 1 }), UnsupportedError, /axis expected the last one, got 1/],
    ["with a leaky clamp", changed("conv1_relu", { negative_slope: 0.1 }), UnsupportedError, /negative_slope/],
    ["with a clamp at 1", changed("conv1_relu", { max_value: 1 }), UnsupportedError, /max_value expected none, or 6/],
    ["whose shape does not fit", changed("reshape", { target_shape: [7] }), FormatError, /cannot make 1×7 of 1×1×1×6/],
    ["with a missing weight", changed("conv1", { use_bias: true }), FormatError, /"conv1\/bias" is missing/],
    ["with a cycle", connected("conv1", [[["pool", 0, 0]]]), FormatError, /"conv1_bn" is part of a cycle/],
    ["that reads a layer that is not there", connected("conv1", [[["conv0", 0, 0]]]), FormatError, /"conv1" reads "conv0", use 0/], // prettier-ignore
    ["that reads a use that is not there", connected("conv1", [[["conv1_pad", 1, 0]]]), FormatError, /reads "conv1_pad", use 1/], // prettier-ignore
    ["that reads an output that is not there", connected("conv1", [[["conv1_pad", 0, 1]]]), FormatError, /output 1 of "conv1_pad", which has 1/], // prettier-ignore
    ["with two inputs of a layer that takes one", connected("conv1", [[["conv1_pad", 0, 0], ["input_1", 0, 0]]]), FormatError, /"conv1" \(Conv2D\): expected one input, got 2/], // prettier-ignore
    ["with a layer that reads nothing", connected("conv1", [[]]), FormatError, /"conv1": inbound_nodes\[0\] expected inputs/], // prettier-ignore
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

  test("with a norm of more channels than it has statistics for, before there is memory for them", async () => {
    const input = layer("InputLayer", "x", { batch_input_shape: [null, 1, 1, 2 ** 30] });
    const topology = functional([input, layer("BatchNormalization", "conv_dw_1_bn", { scale: false, center: false })]);
    const act = loadModel(storeModel(topology, SMALL_WEIGHTS));
    await expect(act).rejects.toThrow(
      /"conv_dw_1_bn" \(BatchNormalization\): length of gamma, beta, mean and variance expected 1073741824, got 4/,
    );
  });

  test("that is only its model.json", async () => {
    const { "model.json": bytes } = storeModel(functional(SMALL), SMALL_WEIGHTS);
    await expect(loadModel(bytes!)).rejects.toThrow(TypeError);
    await expect(loadModel(bytes!)).rejects.toThrow(/its weights are in 1 other files/);
    await expect(loadModel({ "model.json": bytes! })).rejects.toThrow(/must have the file "group1-shard1of1.bin"/);
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
