/** Operators and small networks in TensorFlow Lite itself (tfjs-tflite, with XNNPACK): 8-bit results byte for byte. */
import { beforeAll, describe, expect, test } from "vitest";
import { readTflite } from "../../src/formats/tflite/read.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { buildGraph, type Graph } from "../../src/ir/graph.js";
import { outputShapes, type OpAttributes, type OpOf } from "../../src/ir/ops/index.js";
import { prepare } from "../../src/ir/passes/index.js";
import { dilated, NO_PADDING, samePadding, type Size } from "../../src/ir/window.js";
import { elementCount, type Tensor, type TensorView } from "../../src/ir/tensor.js";
import { seededRandom } from "../../src/models/random.js";
import { Program } from "../../src/runtime/program.js";
import { BINARY_TYPES, binaryGraph, flavoursOf as flavoursOfBinary } from "../support/binary.js";
import { ELEMENTWISE_TYPES, flavoursOf } from "../support/elementwise.js";
import { FLAVOURS, manyGraph, randomTensor, unaryGraph, weightedGraph, type Flavour } from "../support/graphs.js";
import { modulesOf } from "../support/modules.js";
import { invertedResiduals, singleShotDetector } from "../support/networks.js";
import { openTflite, type Open } from "./support/tflite.js";

type Elements = TensorView;

let open: Open;

beforeAll(async () => {
  open = await openTflite(import.meta.url);
});

function theirs(graph: Graph, inputs: readonly Elements[]): Elements[] {
  return open(writeTflite(graph))(inputs);
}

async function ours(graph: Graph, inputs: readonly Elements[]): Promise<readonly Elements[]> {
  const read = await prepare(await readTflite(writeTflite(graph)));
  const program = await Program.create(read, modulesOf("simd"), { maxMemory: 2 ** 28, keep: [] });
  for (const [i, elements] of inputs.entries()) program.inputs[i]!.set(elements);
  program.execute();
  return program.outputs;
}

/**
 * 8 bits: the same, or `steps` apart; float32: within a tolerance for numbers up to 1, and in proportion for larger ones.
 */
async function expectAgreement(graph: Graph, inputs: readonly Elements[], tolerance = 0, steps = 0): Promise<void> {
  const expected = theirs(graph, inputs);
  for (const [i, got] of (await ours(graph, inputs)).entries()) {
    expect(got.length).toBe(expected[i]!.length);
    const isFloat = got instanceof Float32Array;
    if (isFloat || steps) {
      for (const [k, value] of expected[i]!.entries()) {
        const most = isFloat ? tolerance * Math.max(1, Math.abs(value)) : steps;
        if (!Object.is(got[k], value)) expect(Math.abs(got[k]! - value)).toBeLessThanOrEqual(most);
      }
    } else {
      expect(got).toEqual(expected[i]);
    }
  }
}

const shape = [1, 13, 11, 24];
const stride = [2, 2] as const;
const SEEDS = [1, 2, 3, 4, 5, 6];

describe.each(FLAVOURS)("%s", (flavour) => {
  test.each(["none", "relu", "relu6"] as const)("add, %s", async (activation) => {
    for (const seed of SEEDS) {
      for (const other of [shape, [24]]) {
        const constant = other.length === 1;
        const one = manyGraph({ type: "add", activation }, [shape, other], flavour, seed, { constant });
        await expectAgreement(one.graph, [one.x, ...one.others!]);
      }
    }
  });

  const pixel = [1, 1, 1, 24];
  const plane = [1, 13, 11, 1];
  const pairs = [
    [shape, shape],
    [shape, pixel],
    [shape, plane],
    [pixel, shape],
    [shape, [24]],
    [shape, []],
  ] as const;
  test.each(BINARY_TYPES.filter((type) => flavoursOfBinary(type).includes(flavour)))("%s", async (type) => {
    for (const [i, shapes] of pairs.entries()) {
      for (const activation of ["none", "relu6"] as const) {
        const constant = shapes[1].length < 4;
        const swapped = constant && type === "sub";
        // This version of PRELU takes its slopes from constants alone.
        if (type === "prelu" && !(constant && shapes[1].length)) continue;
        const one = binaryGraph({ type, shapes, activation, constant, swapped, seed: i + 1 }, flavour);
        await expectAgreement(one.graph, [one.x, ...one.others!], 1e-6);
      }
    }
  });

  // TensorFlow Lite refuses int8 inputs of other quantisations than the output's, and this version mixes up uint8 ones.
  test.each([1, 2, 3])("concatenation along dimension %d", async (axis) => {
    for (const seed of SEEDS) {
      const other = shape.map((size, i) => (i === axis ? 5 : size));
      const one = manyGraph({ type: "concatenation", axis }, [shape, other, shape], flavour, seed);
      const { quantization } = one.graph.tensors.at(-1)!;
      const tensors = one.graph.tensors.map((tensor) => ({ ...tensor, quantization }));
      await expectAgreement(buildGraph({ ...one.graph, tensors }), [one.x, ...one.others!]);
    }
  });

  const padding = samePadding([13, 11], [3, 3], stride);
  const unary: readonly (readonly [string, OpAttributes, number])[] = [
    ["max pool", { type: "maxpool", kernel: [3, 3], stride, padding, activation: "relu" }, 0],
    ["leaky relu", { type: "leakyrelu", slope: 0.1 }, 0],
    ["leaky relu, steeper", { type: "leakyrelu", slope: 0.3 }, 0],
    ...ELEMENTWISE_TYPES.filter((type) => flavoursOf(type).includes(flavour)).map(
      (type) => [type, { type }, 1e-6] as const,
    ),
    ["transpose", { type: "transpose", permutation: [0, 2, 3, 1] }, 0],
    ["slice", { type: "slice", begin: [0, 1, 2, 0], size: [1, 3, 4, 5], step: [1, 1, 1, 1] }, 0],
    ["slice with strides", { type: "slice", begin: [0, 1, 8, 4], size: [1, 3, 4, 5], step: [1, 2, -1, -1] }, 0],
  ];
  test.each(unary)("%s", async (_, attributes, tolerance) => {
    for (const seed of SEEDS) {
      const one = unaryGraph(attributes, shape, flavour, seed);
      const x = flavour === "float32" ? one.x.map((value) => 8 * value) : one.x;
      await expectAgreement(one.graph, [x], tolerance);
    }
  });

  const moving: readonly (readonly [string, OpAttributes, readonly number[]])[] = [
    ["depth to space", { type: "depthtospace", blockSize: 2, order: "dcr" }, shape],
    ["depth to space of blocks", { type: "depthtospace", blockSize: 2, order: "dcr" }, [1, 5, 3, 64]],
    ["space to depth", { type: "spacetodepth", blockSize: 2 }, [1, 6, 8, 13]],
    ["space to batch", { type: "spacetobatch", block: [2, 3] }, [1, 6, 9, 13]],
    ["batch to space", { type: "batchtospace", block: [2, 3], crops: { top: 1, bottom: 0, left: 2, right: 1 } }, [6, 6, 9, 13]], // prettier-ignore
    [
      "padding of channels",
      { type: "padany", before: [0, 0, 0, 0], after: [0, 0, 0, 5], mode: "constant", value: 0 },
      shape,
    ],
    ["padding", { type: "padany", before: [0, 1, 2, 3], after: [1, 0, 3, 2], mode: "constant", value: 0 }, shape],
    ["mirror padding", { type: "padany", before: [0, 1, 2, 3], after: [0, 0, 3, 2], mode: "reflect", value: 0 }, shape],
    [
      "symmetric padding",
      { type: "padany", before: [0, 1, 2, 3], after: [0, 0, 3, 2], mode: "symmetric", value: 0 },
      shape,
    ],
    ["tile", { type: "tile", multiples: [1, 2, 1, 3] }, shape],
    ["gather", { type: "gather", axis: 3, indices: [5, 0, 0, 23, 7] }, shape],
    ["gather rows", { type: "gather", axis: 1, indices: [12, 3, 3] }, shape],
    ["greatest channel", { type: "reduce", function: "max", axes: [3] }, shape],
    ["greatest of an image", { type: "reduce", function: "max", axes: [1, 2] }, shape],
    ["least row", { type: "reduce", function: "min", axes: [1] }, shape],
  ];
  test.each(moving)("%s", async (_, attributes, size) => {
    for (const seed of SEEDS) {
      const one = unaryGraph(attributes, size, flavour, seed);
      await expectAgreement(one.graph, [one.x]);
    }
  });

  // Zero padding is the real number 0; another value goes through the scale.
  test("padding with a value", async () => {
    for (const seed of SEEDS) {
      const { scale } = unaryGraph({ type: "softmax", beta: 1 }, shape, flavour, seed).graph.tensors[0]!.quantization ?? { scale: [0.3] }; // prettier-ignore
      const zero = unaryGraph({ type: "softmax", beta: 1 }, shape, flavour, seed).graph.tensors[0]!.quantization?.zeroPoint[0] ?? 0; // prettier-ignore
      const value = (zero > 0 ? -1 : 1) * scale[0]!;
      const padded = { type: "padany", before: [0, 1, 2, 3], after: [0, 0, 3, 2], mode: "constant", value } as const;
      const one = unaryGraph(padded, shape, flavour, seed);
      await expectAgreement(one.graph, [one.x]);
    }
  });

  const sizes: readonly Size[] = [[26, 22], [7, 5], [13, 33], [1, 1], [40, 11]]; // prettier-ignore
  test.each(["asymmetric", "alignCorners", "halfPixel"] as const)("resize, %s", async (coordinates) => {
    for (const size of sizes) {
      const nearest = { type: "resize", mode: "nearest", coordinates, size, rounding: coordinates === "asymmetric" ? "floor" : "halfUp" } as const; // prettier-ignore
      const bilinear = { type: "resize", mode: "bilinear", coordinates, size, rounding: "floor" } as const;
      for (const seed of SEEDS.slice(0, 2)) {
        const one = unaryGraph(nearest, shape, flavour, seed);
        await expectAgreement(one.graph, [one.x]);
        const other = unaryGraph(bilinear, shape, flavour, seed);
        await expectAgreement(other.graph, [other.x], 1e-5);
      }
    }
  });

  test.each([[[1, 2]], [[3]], [[1]], [[1, 3]], [[1, 2, 3]]])("mean over %s", async (axes) => {
    for (const seed of SEEDS) {
      const one = unaryGraph({ type: "reduce", function: "mean", axes }, shape, flavour, seed);
      await expectAgreement(one.graph, [one.x], 1e-5);
    }
  });

  // TensorFlow Lite does not saturate: what a byte cannot hold wraps around.
  test.each([[[1, 2]], [[3]]])("sum over %s", async (axes) => {
    for (const seed of SEEDS) {
      const { graph, x } = unaryGraph({ type: "reduce", function: "sum", axes }, shape, flavour, seed);
      const y = graph.tensors[1]!;
      const wide = y.quantization && {
        ...y.quantization,
        scale: [y.quantization.scale[0]! * 400],
        zeroPoint: [flavour === "int8" ? 0 : 128],
      };
      await expectAgreement({ ...graph, tensors: graph.tensors.with(1, { ...y, quantization: wide }) }, [x], 1e-4);
    }
  });

  const weighted: readonly (readonly [string, "convolution" | "depthwise", Size, Size, Size, number, number])[] = [
    ["5×5 depthwise", "depthwise", [5, 5], [1, 1], [1, 1], 24, 24],
    ["5×5 depthwise, stride 2", "depthwise", [5, 5], [2, 2], [1, 1], 24, 24],
    ["7×7 depthwise", "depthwise", [7, 7], [1, 1], [1, 1], 21, 21],
    ["dilated depthwise", "depthwise", [3, 3], [1, 1], [2, 2], 24, 24],
    ["depthwise, multiplier 2", "depthwise", [3, 3], [2, 2], [1, 1], 12, 24],
    ["depthwise, multiplier 8 on one channel", "depthwise", [3, 3], [2, 2], [1, 1], 1, 8],
    ["dilated convolution", "convolution", [3, 3], [1, 1], [2, 3], 24, 16],
  ];
  test.each(weighted)("%s", async (_, type, kernel, step, dilation, depth, channels) => {
    for (const seed of SEEDS) {
      const around = samePadding([13, 11], dilated(kernel, dilation), step);
      const dilating = dilation.join() === "1,1" ? {} : { dilation };
      const attributes = { type, stride: step, padding: around, activation: "relu6", ...dilating } as const;
      const weights = type === "depthwise" ? [1, ...kernel, channels] : [channels, ...kernel, depth];
      const one = weightedGraph(attributes, [1, 13, 11, depth], weights, flavour, seed);
      await expectAgreement(withBiasScale(one.graph), [one.x], 2e-5);
    }
  });

  // [kernel, stride, SAME]
  test.each([
    [2, 2, true],
    [3, 2, true],
    [4, 2, true],
    [3, 2, false],
    [3, 1, true],
    [5, 3, false],
  ])("transposed convolution, %d, stride %d, SAME %s", async (k, s, isSame) => {
    for (const seed of SEEDS) {
      const [height, width] = isSame ? [7 * s, 5 * s] : [6 * s + k, 4 * s + k];
      const same = samePadding([height!, width!], [k, k], [s, s]);
      const around = isSame
        ? {
            top: same.top,
            left: same.left,
            bottom: 6 * s + k - same.top - height!,
            right: 4 * s + k - same.left - width!,
          }
        : NO_PADDING;
      const attributes = {
        type: "transposedconvolution",
        stride: [s, s],
        padding: around,
        activation: "none",
      } as const;
      const one = weightedGraph(attributes, [1, 7, 5, 24], [13, k, k, 24], flavour, seed);
      // This version does not delegate it to XNNPACK where each channel has a scale, and rounds twice.
      await expectAgreement(withBiasScale(one.graph), [one.x], 2e-5, flavour === "int8" ? 1 : 0);
    }
  });

  test.runIf(flavour === "float32")("L2 normalization", async () => {
    for (const seed of SEEDS) {
      const one = unaryGraph({ type: "l2normalization", epsilon: 1e-6 }, shape, flavour, seed);
      await expectAgreement(one.graph, [one.x], 1e-6);
    }
  });

  test("inverted residuals", async () => {
    for (const seed of SEEDS) {
      const graph = invertedResiduals(flavour, seed);
      await expectAgreement(graph, [inputOf(graph, flavour, seed)], 2e-5);
    }
  });

  test("a detector", async () => {
    // Its last operator takes no int8, and scores of 8 bits are often equal: there, without it.
    const graphs = SEEDS.map((seed) => singleShotDetector(flavour, seed));
    for (const [seed, graph] of graphs.entries()) {
      const op = graph.ops.at(-1)!;
      const inputs = [inputOf(graph, flavour, seed)];
      if (flavour !== "float32") {
        await expectAgreement({ ...graph, ops: graph.ops.slice(0, -1), outputs: op.inputs.slice(0, 2) }, inputs);
        continue;
      }
      for (const regular of [false, true]) {
        const ops = [...graph.ops.slice(0, -1), { ...op, regular } as typeof op];
        await expectFound({ ...graph, ops }, inputs);
      }
    }
  });
});

test.each([false, true])("detection from uint8, regular: %s", async (regular) => {
  const quantization = { scale: [Math.fround(1 / 256)], zeroPoint: [0], axis: 0 };
  const tensor = (name: string, size: readonly number[], of: (i: number) => number): Tensor => {
    const data = Uint8Array.from({ length: elementCount(size) }, (_, i) => of(i));
    return { name, shape: size, dtype: "uint8", quantization, data };
  };
  const boxes = 51;
  const given = [
    tensor("encodings", [1, boxes, 4], (i) => (i * 37) % 256),
    tensor("scores", [1, boxes, 5], (i) => (i * 101) % 256), // no two are equal
    tensor("anchors", [boxes, 4], (i) => (i % 4 < 2 ? (i * 53) % 256 : 40 + (i % 30))),
  ];
  const op: OpOf<"detection"> = {
    type: "detection",
    inputs: [0, 1, 2],
    outputs: [3, 4, 5, 6],
    maxDetections: 12,
    maxClasses: 1,
    detectionsPerClass: 4,
    regular,
    scoreThreshold: 0.4,
    iouThreshold: 0.3,
    classes: 4,
    scales: [10, 10, 5, 5],
  };
  const made = outputShapes(op, given).map((size, i): Tensor => ({ name: `y${i}`, shape: size, dtype: "float32" }));
  const tensors = [...given.map((it, i) => (i < 2 ? { ...it, data: undefined } : it)), ...made];
  const graph = buildGraph({ tensors, ops: [op], inputs: [0, 1], outputs: op.outputs });
  await expectFound(graph, [given[0]!.data as Uint8Array, given[1]!.data as Uint8Array]);
});

/** TensorFlow Lite expects the scale of a bias to be that of the products that it is added to. */
function withBiasScale(graph: Graph): Graph {
  const [x, weights, bias] = graph.tensors as [Tensor, Tensor, Tensor];
  if (!x.quantization) return graph;
  const scale = Array.from(weights.quantization!.scale, (each) => Math.fround(Math.fround(x.quantization!.scale[0]!) * Math.fround(each))); // prettier-ignore
  const quantization = { scale, zeroPoint: scale.map(() => 0), axis: 0 };
  return { ...graph, tensors: graph.tensors.with(2, { ...bias, quantization }) };
}

/** Behind the last detection TensorFlow Lite leaves what was there before. */
async function expectFound(graph: Graph, inputs: readonly Elements[]): Promise<void> {
  const [boxes, classes, scores, counts] = await ours(graph, inputs);
  const expected = theirs(graph, inputs);
  const found = counts![0]!;
  expect(found).toBe(expected[3]![0]);
  expect(found).toBeGreaterThan(0);
  const rows = (parts: readonly Elements[]) =>
    Array.from({ length: found }, (_, i) => [parts[2]![i]!, parts[1]![i]!, ...parts[0]!.slice(4 * i, 4 * i + 4)]);
  const got = rows([boxes!, classes!, scores!]);
  for (const [i, row] of rows(expected).entries()) {
    for (const [k, value] of row.entries()) expect(got[i]![k]).toBeCloseTo(value, 4);
  }
}

function inputOf(graph: Graph, flavour: Flavour, seed: number): Elements {
  return randomTensor("", graph.tensors[graph.inputs[0]!]!.shape, flavour, seededRandom(seed + 100)).data as Elements;
}
