/** Kinds of layers that MobileNet V1 does not have, each from its definition in Keras. */
import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import { seededRandom } from "../../../src/models/random.js";
import { layer, model, node, sequential, type KerasLayer } from "../../support/keras.js";
import { loadModel } from "../../support/load.js";
import { seededWeight, storeModel, type StoredWeight } from "../../support/weights.js";

/** [row][column][channel] */
type Image = number[][][];

const random = seededRandom(5);
const [HEIGHT, WIDTH] = [3, 4];
const X: Image = Array.from({ length: HEIGHT }, () => Array.from({ length: WIDTH }, () => [4 * random() - 2, 9 * random() - 2])); // prettier-ignore
const INPUT = layer("InputLayer", "x", { batch_input_shape: [null, HEIGHT, WIDTH, 2] });
const flat = (image: Image) => image.flat(2);
const each = (change: (value: number) => number) => flat(X).map(change);

/** What `at` makes of each window; elements beyond the image are left out. */
function windows(
  kernel: readonly [number, number],
  stride: readonly [number, number],
  before: readonly [number, number],
  to: readonly [number, number],
  at: (values: number[]) => number,
) {
  // prettier-ignore
  return Array.from({ length: to[0] }, (_, y) =>
    Array.from({ length: to[1] }, (__, x) =>
      [0, 1].map((c) => {
        const [top, left] = [y * stride[0] - before[0], x * stride[1] - before[1]];
        const rows = X.filter((___, i) => i >= top && i < top + kernel[0]);
        return at(rows.flatMap((row) => row.filter((___, i) => i >= left && i < left + kernel[1]).map((p) => p[c]!)));
      }),
    ),
  );
}

const largest = (values: number[]) => Math.max(...values);
const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

async function run(layers: readonly KerasLayer[], weights: readonly StoredWeight[] = []) {
  const net = await loadModel(storeModel(sequential(layers), weights));
  const [output] = net.run(Float32Array.from(flat(X)));
  return output!;
}

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(got[i], `element ${i}`).toBeCloseTo(value, 5);
}

describe("a layer of one input", () => {
  test.each<[string, KerasLayer, readonly number[], readonly number[]]>([
    ["MaxPooling2D", layer("MaxPooling2D", "it"), [1, 1, 2, 2], flat(windows([2, 2], [2, 2], [0, 0], [1, 2], largest))],
    ["MaxPooling2D, same", layer("MaxPooling2D", "it", { pool_size: [3, 2], strides: [2, 1], padding: "same" }), [1, 2, 4, 2], flat(windows([3, 2], [2, 1], [1, 0], [2, 4], largest))], // prettier-ignore
    ["AveragePooling2D", layer("AveragePooling2D", "it", { pool_size: 2, strides: 1 }), [1, 2, 3, 2], flat(windows([2, 2], [1, 1], [0, 0], [2, 3], mean))], // prettier-ignore
    ["AveragePooling2D, same", layer("AveragePooling2D", "it", { pool_size: [3, 3], strides: null, padding: "same" }), [1, 1, 2, 2], flat(windows([3, 3], [3, 3], [0, 1], [1, 2], mean))], // prettier-ignore
    ["GlobalMaxPooling2D", layer("GlobalMaxPooling2D", "it"), [1, 2], flat(windows([3, 4], [1, 1], [0, 0], [1, 1], largest))], // prettier-ignore
    ["GlobalMaxPooling2D, keeping dimensions", layer("GlobalMaxPooling2D", "it", { keepdims: true }), [1, 1, 1, 2], flat(windows([3, 4], [1, 1], [0, 0], [1, 1], largest))], // prettier-ignore
    ["Cropping2D", layer("Cropping2D", "it", { cropping: [[1, 0], [2, 1]] }), [1, 2, 1, 2], flat(X.slice(1).map((row) => row.slice(2, 3)))], // prettier-ignore
    ["Permute", layer("Permute", "it", { dims: [3, 1, 2] }), [1, 2, 3, 4], [0, 1].flatMap((c) => X.flat().map((p) => p[c]!))], // prettier-ignore
    ["Rescaling", layer("Rescaling", "it", { scale: 0.5, offset: -1 }), [1, 3, 4, 2], each((v) => v / 2 - 1)],
    ["LeakyReLU", layer("LeakyReLU", "it"), [1, 3, 4, 2], each((v) => (v < 0 ? 0.3 * v : v))],
    ["LeakyReLU of Keras 3", layer("LeakyReLU", "it", { negative_slope: 0.1 }), [1, 3, 4, 2], each((v) => (v < 0 ? 0.1 * v : v))], // prettier-ignore
    ["ReLU with a slope", layer("ReLU", "it", { negative_slope: 0.25, max_value: null }), [1, 3, 4, 2], each((v) => (v < 0 ? v / 4 : v))], // prettier-ignore
    ["ReLU up to 6", layer("ReLU", "it", { max_value: 6 }), [1, 3, 4, 2], each((v) => Math.min(Math.max(v, 0), 6))],
    ["Activation sigmoid", layer("Activation", "it", { activation: "sigmoid" }), [1, 3, 4, 2], each((v) => 1 / (1 + Math.exp(-v)))], // prettier-ignore
    ["Activation of Keras 3", layer("Activation", "it", { activation: { class_name: "function", config: "relu6" } }), [1, 3, 4, 2], each((v) => Math.min(Math.max(v, 0), 6))], // prettier-ignore
  ])("%s", async (_, it, shape, expected) => {
    const output = await run([INPUT, it]);
    expect(output.shape).toEqual(shape);
    expectClose(output.data, expected);
  });

  test.each(["ActivityRegularization", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout2D"])(
    "%s does nothing",
    async (kind) => {
      const output = await run([INPUT, layer("ReLU", "r"), layer(kind, "it", { rate: 0.5 })]);
      expectClose(
        output.data,
        each((v) => Math.max(v, 0)),
      );
    },
  );

  test("SeparableConv2D is a depthwise and a pointwise convolution, then bias and activation", async () => {
    const weights = [
      seededWeight("it/depthwise_kernel", [2, 3, 2, 1], random),
      seededWeight("it/pointwise_kernel", [1, 1, 2, 3], random),
      seededWeight("it/bias", [3], random),
    ];
    const [depthwise, pointwise, bias] = weights.map(({ data }) => data);
    const output = await run([INPUT, layer("SeparableConv2D", "it", { activation: "relu" })], weights);
    const expected = [0, 1].flatMap((y) =>
      [0, 1].flatMap((x) => {
        const sums = [0, 1].map((c) =>
          [0, 1].flatMap((i) => [0, 1, 2].map((j) => X[y + i]![x + j]![c]! * depthwise![(i * 3 + j) * 2 + c]!)),
        );
        const [first, second] = sums.map((products) => products.reduce((a, b) => a + b)) as [number, number];
        return [0, 1, 2].map((o) => Math.max(first * pointwise![o]! + second * pointwise![3 + o]! + bias![o]!, 0));
      }),
    );
    expect(output.shape).toEqual([1, 2, 2, 3]);
    expectClose(output.data, expected);
  });

  test("Dense works on the last dimension", async () => {
    const weights = [seededWeight("it/kernel", [2, 3], random)];
    const output = await run([INPUT, layer("Dense", "it", { use_bias: false })], weights);
    const [kernel] = weights.map(({ data }) => data);
    expect(output.shape).toEqual([1, 3, 4, 3]);
    expectClose(
      output.data,
      X.flat().flatMap(([a, b]) => [0, 1, 2].map((o) => a! * kernel![o]! + b! * kernel![3 + o]!)),
    );
  });
});

describe("a layer of several inputs", () => {
  /** The layer on x and on the same without its negative elements. */
  async function merged(it: KerasLayer, ...others: readonly string[]) {
    const layers = [node(INPUT), node(layer("ReLU", "r"), ["x"]), node(it, ["x", "r", ...others])];
    const net = await loadModel(storeModel(model("m", layers, ["x"], ["it"]), []));
    return net.run(Float32Array.from(flat(X)))[0]!;
  }
  const positive = (v: number) => Math.max(v, 0);

  test("Add of three", async () => {
    expectClose((await merged(layer("Add", "it"), "x")).data, each((v) => 2 * v + positive(v))); // prettier-ignore
  });

  test("Average of three", async () => {
    expectClose((await merged(layer("Average", "it"), "r")).data, each((v) => (v + 2 * positive(v)) / 3)); // prettier-ignore
  });

  test("Concatenate along channels", async () => {
    const output = await merged(layer("Concatenate", "it", { axis: -1 }));
    expect(output.shape).toEqual([1, 3, 4, 4]);
    expectClose(output.data, X.flat().flatMap((pixel) => [...pixel, ...pixel.map(positive)])); // prettier-ignore
  });

  test("Concatenate along rows", async () => {
    const output = await merged(layer("Concatenate", "it", { axis: 1 }));
    expect(output.shape).toEqual([1, 6, 4, 2]);
    expectClose(output.data, [...flat(X), ...each(positive)]);
  });
});

describe("refused by name", () => {
  test.each<[string, readonly KerasLayer[], typeof FormatError | typeof UnsupportedError, RegExp]>([
    ["a layer without an operator", [layer("LSTM", "it")], UnsupportedError, /"it" \(LSTM\): not supported/],
    ["an unknown activation", [layer("Activation", "it", { activation: "mish" })], UnsupportedError, /"it" \(Activation\): activation expected/], // prettier-ignore
    [
      "a merge layer of one input",
      [layer("Add", "it")],
      FormatError,
      /"it" \(Add\): expected at least two inputs, got 1/,
    ],
    ["a concatenation of one input", [layer("Concatenate", "it")], FormatError, /at least two inputs, got 1/],
    ["an axis beyond the shape", [layer("Softmax", "it", { axis: 1 })], UnsupportedError, /axis expected the last one/],
    ["cropping all", [layer("Cropping2D", "it", { cropping: 2 })], FormatError, /"it" \(Cropping2D\): slice expected/],
    ["global pooling of a vector", [layer("Flatten", "f"), layer("GlobalMaxPooling2D", "it")], FormatError, /expected 4 dimensions, got 1×24/], // prettier-ignore
    ["a permutation of other dimensions", [layer("Permute", "it", { dims: [1, 1, 2] })], FormatError, /"it" \(Permute\): permutation expected/], // prettier-ignore
    ["pooling with channels first", [layer("MaxPooling2D", "it", { data_format: "channels_first" })], UnsupportedError, /data_format/], // prettier-ignore
  ])("%s", async (_, layers, type, message) => {
    await expect(run([INPUT, ...layers])).rejects.toThrow(type);
    await expect(run([INPUT, ...layers])).rejects.toThrow(message);
  });

  test("adding tensors of different shapes", async () => {
    const layers = [node(INPUT), node(layer("Flatten", "f"), ["x"]), node(layer("Add", "it"), ["x", "f"])];
    const act = loadModel(storeModel(model("m", layers, ["x"], ["it"]), []));
    await expect(act).rejects.toThrow(/"it" \(Add\): inputs expected one shape, got 1×3×4×2, 1×24/);
  });

  test("averages of more channels than there is memory for", async () => {
    const input = node(layer("InputLayer", "x", { batch_input_shape: [null, 1, 1, 2 ** 30] }));
    const layers = [input, node(layer("Average", "it"), ["x", "x"])];
    const act = loadModel(storeModel(model("m", layers, ["x"], ["it"]), []));
    await expect(act).rejects.toThrow(UnsupportedError);
  });
});
