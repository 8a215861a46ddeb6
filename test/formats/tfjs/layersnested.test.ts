/** Layers models within layers models, layers that are used several times, and several inputs and outputs. */
import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import {
  functional,
  layer,
  model,
  NESTED,
  node,
  sequential,
  SMALL,
  SMALL_INPUT,
  SMALL_WEIGHTS,
  smallByHand,
  type KerasLayer,
} from "../../support/keras.js";
import { loadModel } from "../../support/load.js";
import { seededWeight, storeModel } from "../../support/weights.js";
import { seededRandom } from "../../../src/models/random.js";

const config = (topology: unknown) => (topology as { model_config: KerasLayer }).model_config.config;
const stacked = (name: string, layers: readonly KerasLayer[]) => layer("Sequential", name, { layers });

const [BASE, HEAD] = [SMALL.slice(0, 8), SMALL.slice(8)];
const BASE_MODEL = { ...layer("Functional", "base"), config: { ...config(functional(BASE)), name: "base" } };
/** A model that says itself what goes in. */
const HEAD_ALONE = [layer("InputLayer", "features", { batch_input_shape: [null, 2, 4, 6] }), ...HEAD];
const INPUT = node(SMALL[0]!);

const FORMS: readonly [string, unknown][] = [
  ["a Sequential of a Model and layers", sequential([BASE_MODEL, ...HEAD])],
  ["a Sequential of Sequentials, as Teachable Machine has it", sequential([stacked("a", [BASE_MODEL, HEAD[0]!]), stacked("b", HEAD.slice(1))])], // prettier-ignore
  ["a Sequential of a Sequential that says what goes in", sequential([...BASE, stacked("head", HEAD_ALONE)])],
  ["Sequentials of an old version", { class_name: "Sequential", config: [{ class_name: "Sequential", config: BASE }, ...HEAD] }], // prettier-ignore
  [
    "a Model of models, whose uses count from 1",
    model(
      "whole",
      [INPUT, node(BASE_MODEL, ["input_1"]), node(stacked("head", HEAD_ALONE), ["base:1"])],
      ["input_1"],
      ["head:1"],
    ),
  ],
  [
    "a Model of models, whose uses count from 0",
    model(
      "whole",
      [INPUT, node(BASE_MODEL, ["input_1"]), node(stacked("head", HEAD), ["base"])],
      ["input_1"],
      ["head"],
    ),
  ],
  ["a model that ends in a merge layer", NESTED],
  ["models 15 deep", Array.from({ length: 14 }).reduce<KerasLayer>((inner, _, i) => stacked(`s${i}`, [inner]), stacked("s", SMALL))], // prettier-ignore
];

describe("a model of models", () => {
  test.each(FORMS)("%s", async (_, topology) => {
    const net = await loadModel(storeModel(topology, SMALL_WEIGHTS));
    expect(net.inputs.map(({ name, shape }) => [name, shape])).toEqual([["input_1", [1, 9, 8, 3]]]);
    const [output] = net.run(SMALL_INPUT);
    for (const [i, value] of smallByHand(SMALL_INPUT).entries()) expect(output!.data[i]).toBeCloseTo(value, 6);
  });

  test.each(["base", "outer/base"])("with %s before the names of its weights", async (prefix) => {
    const renamed = SMALL_WEIGHTS.map((it) =>
      it.name.startsWith("conv") ? { ...it, name: `${prefix}/${it.name}` } : it,
    );
    const net = await loadModel(storeModel(sequential([stacked("outer", [BASE_MODEL]), ...HEAD]), renamed));
    const [output] = net.run(SMALL_INPUT);
    for (const [i, value] of smallByHand(SMALL_INPUT).entries()) expect(output!.data[i]).toBeCloseTo(value, 6);
  });
});

describe("layers in a graph", () => {
  const input = (name: string) => node(layer("InputLayer", name, { batch_input_shape: [-1, 1, 2, 2] }));
  const [A, B] = [Float32Array.of(1, -2, 3, -4), Float32Array.of(0.5, 6, -7, 8)];

  test("several inputs in the order of input_layers, and several outputs", async () => {
    const layers = [input("b"), input("a"), node(layer("ReLU", "r"), ["b"]), node(layer("Add", "sum"), ["a", "r"])];
    const net = await loadModel(storeModel(model("m", layers, ["a", "b"], ["sum", "r"]), []));
    expect(net.inputs.map(({ name }) => name)).toEqual(["a", "b"]);
    const outputs = net.run([A, B]).map(({ data }) => [...data]);
    expect(outputs).toEqual([[1.5, 4, 3, 4], [0.5, 6, 0, 8]]); // prettier-ignore
  });

  test("a layer that is used on its own result, and stands before what it reads", async () => {
    const layers = [
      input("a"),
      node(layer("Dense", "twice", { use_bias: true }), ["a"], ["relu"]),
      node(layer("ReLU", "relu"), ["twice"]),
    ];
    const weights = [
      { name: "twice/kernel", shape: [2, 2], dtype: "float32", data: Float32Array.of(1, 2, 3, -1) },
      { name: "twice/bias", shape: [2], dtype: "float32", data: Float32Array.of(0.5, -1) },
    ];
    const net = await loadModel(storeModel(model("m", layers, ["a"], ["twice:1"]), weights));
    const dense = ([x, y]: number[]) => [x! + 3 * y! + 0.5, 2 * x! - y! - 1];
    const expected = [A.subarray(0, 2), A.subarray(2)].flatMap((it) =>
      dense(dense([...it]).map((v) => Math.max(v, 0))),
    );
    expect([...net.run(A)[0]!.data]).toEqual(expected);
    // Both uses share one matrix.
    expect(net.layers.filter(({ type }) => type === "fullyconnected").length).toBe(2);
  });

  test("a model that is used twice, with several inputs and outputs", async () => {
    const layers = [
      input("x"),
      input("y"),
      node(layer("Add", "sum"), ["x", "y"]),
      node(layer("LeakyReLU", "leaky", { alpha: 0.5 }), ["y"]),
    ];
    const pair = model("pair", layers, ["x", "y"], ["leaky", "sum"]);
    const whole = [input("a"), input("b"), node(pair, ["a", "b"], ["pair:1:1", "pair:1:0"])];
    const net = await loadModel(storeModel(model("m", whole, ["a", "b"], ["pair:2:0", "pair:2:1"]), []));
    const leaky = (x: number) => (x < 0 ? x / 2 : x);
    const sums = [...A].map((a, i) => a + B[i]!);
    const leaks = [...B].map(leaky);
    const outputs = net.run([A, B]).map(({ data }) => [...data]);
    expect(outputs).toEqual([leaks.map(leaky), sums.map((sum, i) => sum + leaks[i]!)]);
  });

  test("Keras 3, whose merge layers take one list", async () => {
    const tensor = (name: string) => ({ class_name: "__keras_tensor__", config: { keras_history: [name, 0, 0] } });
    const sum = {
      ...layer("Add", "sum"),
      name: "sum",
      inbound_nodes: [{ args: [[tensor("a"), tensor("b")]], kwargs: {} }],
    };
    const settings = { layers: [input("a"), input("b"), sum], input_layers: { a: ["a", 0, 0], b: ["b", 0, 0] } };
    const topology = { class_name: "Functional", config: { ...settings, output_layers: ["sum", 0, 0] } };
    const net = await loadModel(storeModel(topology, []));
    expect([...net.run([A, B])[0]!.data]).toEqual([...A].map((a, i) => a + B[i]!));
  });
});

describe("a model of models is refused", () => {
  const deep = (depth: number) =>
    Array.from({ length: depth }).reduce<KerasLayer>((inner, _, i) => stacked(`s${i}`, [inner]), stacked("s", SMALL));
  const x = node(SMALL[0]!);
  /** Models that use each other twice: 2^depth uses of the innermost. */
  const doubled = (depth: number) => {
    let inner: KerasLayer = model("m0", [x, node(layer("ReLU", "r"), ["input_1"])], ["input_1"], ["r"]);
    for (let i = 1; i <= depth; ++i) {
      const name = inner.config.name;
      inner = model(`m${i}`, [x, node(inner, ["input_1"], [`${name}:1`])], ["input_1"], [`${name}:2`]);
    }
    return inner;
  };

  test.each<[string, unknown, typeof FormatError | typeof UnsupportedError, RegExp]>([
    ["17 deep", deep(17), UnsupportedError, /model "s15.s14.* expected at most 16 deep in others/],
    ["500 deep", deep(500), UnsupportedError, /model "s498.s497.* expected at most 16 deep in others/],
    ["that repeats itself 2^15 times", doubled(15), UnsupportedError, /at most 10000 layers/],
    ["with too few inputs", sequential([...SMALL, model("two", [x, node({ ...SMALL[0]!, config: { ...SMALL[0]!.config, name: "y" } })], ["input_1", "y"], ["y"])]), FormatError, /model "two": expected 2 inputs, got 1/], // prettier-ignore
    ["with an input that is none", model("m", [x, node(layer("ReLU", "r"), ["input_1"])], ["r"], ["r"]), FormatError, /model: input_layers expected each input layer once, got "r"/], // prettier-ignore
    ["with an input twice", model("m", [x], ["input_1", "input_1"], ["input_1"]), FormatError, /each input layer once/],
    ["with an input that it does not list", model("m", [x, node({ ...SMALL[0]!, config: { ...SMALL[0]!.config, name: "y" } })], ["input_1"], ["y"]), FormatError, /"y" expected in input_layers/], // prettier-ignore
    [
      "without a size",
      sequential([stacked("s", SMALL.slice(1))]),
      FormatError,
      /input "input": shape expected an array/,
    ],
    ["of any size", sequential([layer("InputLayer", "i", { batch_input_shape: [null, -1, 4, 3] })]), UnsupportedError, /fixed size, got -1×4×3/], // prettier-ignore
  ])("%s", async (_, topology, type, message) => {
    const files = storeModel(topology, SMALL_WEIGHTS);
    await expect(loadModel(files)).rejects.toThrow(type);
    await expect(loadModel(files)).rejects.toThrow(message);
  });

  test("whose layers share weights too often", async () => {
    const kernel = seededWeight("d/kernel", [512, 512], seededRandom(1));
    const input = layer("InputLayer", "x", { batch_input_shape: [null, 512] });
    const dense = layer("Dense", "d", { use_bias: false });
    const files = storeModel(sequential([input, ...Array.from({ length: 50 }, (_, i) => stacked(`s${i}`, [dense]))]), [
      kernel,
    ]);
    const net = await loadModel(files, { maxMemory: 2 ** 28 });
    expect(net.layers.length).toBe(50);
  });
});
