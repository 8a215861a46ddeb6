/** Graph models: the same network as the layers model, out of TensorFlow's operators, and what is refused. */
import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import { seededRandom } from "../../../src/models/random.js";
import { SMALL_INPUT, smallByHand } from "../../support/keras.js";
import { loadModel } from "../../support/load.js";
import { FUSED, GRAPH_WEIGHTS, node, PLAIN, signature, type GraphNode } from "../../support/tensorflow.js";
import { seededWeight, storeModel } from "../../support/weights.js";

describe("a graph model", () => {
  test.each<[string, readonly GraphNode[], unknown]>([
    ["of plain operators, without a signature", PLAIN, undefined],
    ["of plain operators", PLAIN, signature("probabilities")],
    ["of fused operators", FUSED, signature("Identity")],
  ])("%s", async (_, nodes, signed) => {
    const net = await loadModel(storeModel({ node: nodes }, GRAPH_WEIGHTS, { shardBytes: 100, signature: signed }));
    const [output] = net.run(SMALL_INPUT);
    expect(output!.shape).toEqual([1, 5]);
    for (const [i, value] of smallByHand(SMALL_INPUT).entries()) expect(output!.data[i]).toBeCloseTo(value, 6);
    expect(net.inputs).toEqual([{ name: "input_1", dtype: "float32", shape: [1, 9, 8, 3] }]);
    // Pads, biases, norms and clamps are in the layer before or after them, but for the norm after a clamp.
    expect(net.layers.map(({ type }) => type)).toEqual([
      "convolution",
      "depthwise",
      "depthwise",
      "convolution",
      nodes === PLAIN ? "averagepool" : "mean",
      "reshape",
      "fullyconnected",
      "softmax",
    ]);
  });

  test("that makes -1…1 of 0…1 first, as those of TensorFlow Hub do", async () => {
    const weights = ["two", "one"].map((name, i) => ({
      name,
      shape: [],
      dtype: "float32",
      data: Float32Array.of(2 - i),
    }));
    const nodes = [
      ...changed("pad", {}, ["centred", "paddings"]),
      ...weights.map(({ name }) => node(name, "Const")),
      node("doubled", "Mul", ["two", "input_1"]),
      node("centred", "Sub", ["doubled", "one"]),
    ];
    const net = await loadModel(storeModel({ node: nodes }, [...GRAPH_WEIGHTS, ...weights]));
    const { data } = net.run(SMALL_INPUT.map((value) => (value + 1) / 2))[0]!;
    for (const [i, value] of smallByHand(SMALL_INPUT).entries()) expect(data[i]).toBeCloseTo(value, 5);
  });

  test("adds what a layer skips, and a number for each channel", async () => {
    const dim = [-1, 1, 2, 3].map((size) => ({ size: String(size) }));
    const nodes = [
      node("x", "Placeholder", [], { shape: { shape: { dim } } }),
      node("three", "Const"),
      node("clamped", "Relu", ["x"]),
      node("sum", "AddV2", ["clamped", "x"]),
      node("y", "AddV2", ["three", "sum"]),
    ];
    const three = { name: "three", shape: [1, 1, 1, 3], dtype: "float32", data: Float32Array.of(10, 20, 30) };
    const net = await loadModel(storeModel({ node: nodes }, [three]));
    expect(Array.from(net.run(Float32Array.of(1, -1, 2, -2, 3, -3))[0]!.data)).toEqual([12, 19, 34, 8, 26, 27]);
  });

  test("names its output by the signature alone", async () => {
    const net = await loadModel(storeModel({ node: PLAIN }, GRAPH_WEIGHTS, { signature: signature("squeeze") }));
    expect(net.outputs).toEqual([{ name: "squeeze", dtype: "float32", shape: [1, 6] }]);
  });

  test("squeezes all sizes of 1", async () => {
    const nodes = PLAIN.map((it) => (it.name === "squeeze" ? { ...it, attr: {} } : it));
    const net = await loadModel(storeModel({ node: nodes }, GRAPH_WEIGHTS, { signature: signature("squeeze") }));
    expect(net.outputs[0]!.shape).toEqual([6]);
  });

  test("says strings as numbers, as old files do", async () => {
    const codes = Array.from("SAME", (character) => character.charCodeAt(0));
    const net = await loadModel(storeModel({ node: changed("conv_dw_1", { padding: { s: codes } }) }, GRAPH_WEIGHTS));
    expect(net.layers[1]!.padding).toEqual({ top: 0, bottom: 1, left: 1, right: 1 });
  });
});

/** PLAIN with other attributes, or with other inputs, of a node. */
function changed(name: string, attr: GraphNode["attr"], input?: readonly string[]): GraphNode[] {
  return PLAIN.map((it) =>
    it.name === name ? { ...it, attr: { ...it.attr, ...attr }, input: input ?? it.input! } : it,
  );
}

describe("a graph model is refused", () => {
  const base64 = (value: string) => ({ s: btoa(value) });
  const dims = (...sizes: number[]) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } });
  const list = (...values: number[]) => ({ list: { i: values.map(String) } });

  test.each<[string, readonly GraphNode[], typeof FormatError | typeof UnsupportedError, RegExp]>([
    [
      "with an unknown operator",
      [node("x", "LSTM")],
      UnsupportedError,
      /node "x" \(LSTM\): not supported; supported are A/,
    ],
    ["with control flow", [node("x", "StatelessWhile")], UnsupportedError, /control flow/],
    ["with an operator named as what all objects have", [node("x", "valueOf")], UnsupportedError, /"x" \(valueOf\)/],
    ["without nodes", [], FormatError, /no outputs/],
    ["with a name twice", [...PLAIN, PLAIN[0]!], FormatError, /expected once/],
    [
      "without a node that it reads",
      changed("conv1", {}, ["nowhere", "conv1/kernel"]),
      FormatError,
      /no node "nowhere"/,
    ],
    ["with a cycle", changed("conv1", {}, ["conv1_relu", "conv1/kernel"]), FormatError, /part of a cycle/],
    ["with a node that reads itself", changed("pad", {}, ["pad", "paddings"]), FormatError, /"pad" is part of a cycle/],
    [
      "with outputs that a node lacks",
      changed("conv1_relu", {}, ["conv1_bn:1"]),
      UnsupportedError,
      /output of "conv1_bn" from 0 to 0, got 1/,
    ],
    ["of any size", changed("input_1", { shape: dims(-1, -1, -1, 3) }), UnsupportedError, /fixed size/],
    ["with channels first", changed("conv1", { data_format: base64("NCHW") }), UnsupportedError, /expected NHWC/],
    ["with dilation", changed("conv1", { dilations: list(1, 2, 2, 1) }), UnsupportedError, /dilations expected 1×1/],
    [
      "with strides along images",
      changed("conv1", { strides: list(2, 1, 1, 1) }),
      UnsupportedError,
      /strides expected/,
    ],
    ["with stride 0", changed("conv1", { strides: list(1, 0, 1, 1) }), UnsupportedError, /strides expected/],
    [
      "with other padding",
      changed("conv1", { padding: base64("EXPLICIT") }),
      UnsupportedError,
      /explicit_paddings expected/,
    ],
    ["with text that is none", changed("conv1", { padding: { s: "?" } }), FormatError, /padding expected base 64/],
    ["with a transposed input", changed("predictions", { transpose_a: { b: true } }), UnsupportedError, /transpose_a/],
    ["with a computed kernel", changed("conv1", {}, ["pad", "pad"]), UnsupportedError, /input 1 expected constant/],
    ["with a constant input", changed("conv1", {}, ["conv1/kernel", "conv1/kernel"]), UnsupportedError, /not constant/],
    ["without a kernel", changed("conv1", {}, ["pad"]), FormatError, /input 1 is missing/],
    ["with other axes", changed("pad", {}, ["input_1", "axes"]), UnsupportedError, /paddings expected/],
    ["with paddings that are no integers", changed("pad", {}, ["input_1", "ones"]), UnsupportedError, /expected int32/],
    ["with sizes that are not 1", changed("squeeze", { squeeze_dims: list(1, 3) }), FormatError, /sizes of 1, got 1,3/],
    ["with operators fused otherwise", FUSED.map((it) => (it.name === "conv_pw_1" ? { ...it, attr: { ...it.attr, fused_ops: { list: { s: [btoa("BiasAdd"), btoa("toString")] } } } } : it)), UnsupportedError, /fused_ops/], // prettier-ignore
  ])("%s", async (_, nodes, type, message) => {
    const files = storeModel({ node: nodes }, GRAPH_WEIGHTS);
    await expect(loadModel(files)).rejects.toThrow(type);
    await expect(loadModel(files)).rejects.toThrow(message);
  });

  test("that repeats a number for more channels than there is memory for", async () => {
    const two = { name: "two", shape: [], dtype: "float32", data: Float32Array.of(2) };
    const nodes = [node("x", "Placeholder", [], { shape: dims(-1, 2 ** 30) }), node("two", "Const"), node("y", "Mul", ["x", "two"])]; // prettier-ignore
    await expect(loadModel(storeModel({ node: nodes }, [two]))).rejects.toThrow(/"y" \(Mul\): weights expected to be/);
  });

  test("that reads large weights over and over", async () => {
    const kernel = seededWeight("kernel", [64, 64], seededRandom(1));
    const chain = Array.from({ length: 1000 }, (_, i) => node(`${i + 1}`, "MatMul", [`${i}`, "kernel"]));
    const nodes = [node("0", "Placeholder", [], { shape: dims(-1, 64) }), node("kernel", "Const"), ...chain];
    await expect(loadModel(storeModel({ node: nodes.slice(0, 50) }, [kernel]))).resolves.toBeDefined();
    await expect(loadModel(storeModel({ node: nodes }, [kernel]))).rejects.toThrow(/expected to be read once each/);
  });
});
