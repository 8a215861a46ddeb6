/** What the writer writes, the reader reads: the same graph, the same bits out of it. */
import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../../src/errors.js";
import { readTflite } from "../../../src/formats/tflite/read.js";
import { writeTflite } from "../../../src/formats/tflite/write.js";
import type { OpAttributes } from "../../../src/ir/ops/index.js";
import { prepare } from "../../../src/ir/passes/index.js";
import { NO_PADDING, samePadding } from "../../../src/ir/window.js";
import { mobileNetV1 } from "../../../src/models/mobilenetv1.js";
import { FLAVOURS, manyGraph, runGraph, unaryGraph, weightedGraph, type OneOp } from "../../support/graphs.js";
import { describeShared, sharedBytes } from "../../support/shared.js";

const stride = [2, 2] as const;
const same = samePadding([7, 9], [3, 3], stride);
const odd = { top: 2, bottom: 0, left: 1, right: 2 };
const shape = [1, 7, 9, 5];

const weighted: readonly [string, OpAttributes, readonly number[], readonly number[]][] = [
  ["convolution, SAME", { type: "convolution", stride, padding: same, activation: "relu6" }, shape, [4, 3, 3, 5]],
  ["convolution, VALID", { type: "convolution", stride, padding: NO_PADDING, activation: "relu" }, shape, [4, 3, 2, 5]],
  [
    "convolution, other padding",
    { type: "convolution", stride, padding: odd, activation: "none" },
    shape,
    [4, 3, 3, 5],
  ],
  ["depthwise", { type: "depthwise", stride, padding: same, activation: "relu6" }, shape, [1, 3, 3, 5]],
  ["depthwise, other padding", { type: "depthwise", stride, padding: odd, activation: "none" }, shape, [1, 3, 3, 5]],
  [
    "convolution, dilated",
    { type: "convolution", stride: [1, 1], padding: NO_PADDING, dilation: [2, 3], activation: "none" },
    shape,
    [4, 3, 2, 5],
  ],
  [
    "depthwise, dilated",
    { type: "depthwise", stride: [1, 1], padding: NO_PADDING, dilation: [2, 1], activation: "none" },
    shape,
    [1, 3, 2, 5],
  ],
  ["fully connected", { type: "fullyconnected", activation: "relu" }, [3, 7], [4, 7]],
];

const unary: readonly [string, OpAttributes][] = [
  ["average pool", { type: "averagepool", kernel: [3, 3], stride, padding: same, activation: "none" }],
  ["max pool", { type: "maxpool", kernel: [3, 3], stride, padding: same, activation: "relu" }],
  ["max pool, VALID", { type: "maxpool", kernel: [2, 3], stride, padding: NO_PADDING, activation: "none" }],
  ["logistic", { type: "logistic" }],
  ["leaky relu", { type: "leakyrelu", slope: 0.125 }],
  ["mean", { type: "mean", keepDims: false }],
  ["mean, dimensions kept", { type: "mean", keepDims: true }],
  ["softmax", { type: "softmax", beta: 0.5 }],
  ["reshape", { type: "reshape", shape: [1, 63, 5] }],
  ["pad", { type: "pad", padding: odd }],
  ["transpose", { type: "transpose", permutation: [0, 2, 3, 1] }],
  ["slice", { type: "slice", begin: [0, 1, 2, 0], size: [1, 3, 4, 5], step: [1, 1, 1, 1] }],
  ["slice with strides", { type: "slice", begin: [0, 1, 8, 4], size: [1, 3, 4, 5], step: [1, 2, -1, -1] }],
  ["resize", { type: "resize", mode: "bilinear", size: [9, 5], coordinates: "halfPixel", rounding: "floor" }],
  [
    "resize, corners",
    { type: "resize", mode: "bilinear", size: [9, 5], coordinates: "alignCorners", rounding: "floor" },
  ],
  ["resize, nearest", { type: "resize", mode: "nearest", size: [9, 5], coordinates: "asymmetric", rounding: "floor" }],
  ["resize, nearest centers", { type: "resize", mode: "nearest", size: [9, 5], coordinates: "halfPixel", rounding: "halfUp" }], // prettier-ignore
  ["pad any", { type: "padany", before: [0, 1, 0, 2], after: [0, 0, 3, 1], mode: "constant", value: 0 }],
  ["mirror", { type: "padany", before: [0, 1, 0, 2], after: [0, 0, 3, 1], mode: "reflect", value: 0 }],
  ["symmetric", { type: "padany", before: [0, 1, 0, 2], after: [0, 0, 3, 1], mode: "symmetric", value: 0 }],
  ["space to batch", { type: "spacetobatch", block: [7, 3] }],
  ["sum", { type: "reduce", function: "sum", axes: [1, 3] }],
  ["mean of channels", { type: "reduce", function: "mean", axes: [3] }],
  ["maximum", { type: "reduce", function: "max", axes: [2] }],
  ["minimum", { type: "reduce", function: "min", axes: [1] }],
  ["tile", { type: "tile", multiples: [1, 2, 1, 3] }],
  ["gather", { type: "gather", axis: 2, indices: [8, 0, 0] }],
  ["relu", { type: "activation", activation: "relu" }],
  ["relu6", { type: "activation", activation: "relu6" }],
];

async function expectRoundTrip(one: OneOp): Promise<void> {
  const graph = await prepare(await readTflite(writeTflite(one.graph)));
  expect(graph.ops.length).toBe(1);
  expect(graph.ops[0]).toMatchObject({ ...one.op, inputs: expect.anything(), outputs: expect.anything() });
  const before = await runGraph(one, "simd");
  expect(await runGraph({ ...one, graph }, "simd")).toEqual(before);
}

describe.each(["float32", "uint8", "int8"] as const)("%s", (flavour) => {
  test.each(weighted)("%s", async (_, attributes, size, weights) => {
    await expectRoundTrip(weightedGraph(attributes, size, weights, flavour, 1));
  });

  test.each(unary)("%s", async (_, attributes) => {
    await expectRoundTrip(unaryGraph(attributes, shape, flavour, 1));
  });
});

const shaped: readonly [string, OpAttributes, readonly number[]][] = [
  ["depth to space", { type: "depthtospace", blockSize: 2, order: "dcr" }, [1, 3, 4, 12]],
  ["space to depth", { type: "spacetodepth", blockSize: 2 }, [1, 6, 4, 3]],
  ["batch to space", { type: "batchtospace", block: [2, 1], crops: { top: 1, bottom: 0, left: 0, right: 2 } }, [2, 3, 4, 3]], // prettier-ignore
];

test.each(shaped)("%s", async (_, attributes, size) => {
  for (const flavour of FLAVOURS) await expectRoundTrip(unaryGraph(attributes, size, flavour, 1));
});

test("L2 normalization", async () => {
  await expectRoundTrip(unaryGraph({ type: "l2normalization", epsilon: 1e-6 }, shape, "float32", 1));
});

test.each([
  ["SAME", { top: 0, bottom: 1, left: 0, right: 1 }],
  ["VALID", NO_PADDING],
])("transposed convolution, %s", async (_, padding) => {
  const attributes = { type: "transposedconvolution", stride, padding, activation: "none" } as const;
  const one = weightedGraph(attributes, shape, [4, 3, 3, 5], "float32", 1);
  const again = await readTflite(writeTflite(one.graph));
  expect(again.ops).toMatchObject([{ ...attributes }]);
  const [before, after] = await Promise.all([one.graph, again].map((graph) => prepare(graph)));
  expect(await runGraph({ ...one, graph: after! }, "simd")).toEqual(await runGraph({ ...one, graph: before! }, "simd"));
});

describe.each(["float32", "uint8", "int8"] as const)("%s, several inputs", (flavour) => {
  test("add", async () => {
    await expectRoundTrip(manyGraph({ type: "add", activation: "relu6" }, [shape, shape], flavour, 1));
  });

  test("concatenation", async () => {
    const other = [1, 7, 9, 4];
    await expectRoundTrip(manyGraph({ type: "concatenation", axis: 3 }, [shape, other, shape], flavour, 1));
  });

  test("add, a constant", async () => {
    const one = manyGraph({ type: "add", activation: "none" }, [shape, [5]], flavour, 1, { constant: true });
    await expectRoundTrip(one);
    // In a file it may stand first.
    const ops = [{ ...one.op, inputs: one.op.inputs.toReversed() }];
    const again = await readTflite(writeTflite({ ...one.graph, ops }));
    expect(again.ops).toMatchObject([{ type: "add", inputs: one.op.inputs }]);
  });
});

test("a whole network", async () => {
  const graph = mobileNetV1({ alpha: 0.25, resolution: 64, classes: 10 });
  const again = await prepare(await readTflite(writeTflite(graph)));
  const x = Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.sin(i));
  expect(again.ops.map(({ type }) => type)).toEqual(graph.ops.map(({ type }) => type));
  expect(await runGraph({ graph: again, op: again.ops[0]!, x }, "simd")).toEqual(
    await runGraph({ graph, op: graph.ops[0]!, x }, "simd"),
  );
});

test("an average pool that the format cannot say is refused", () => {
  const one = unaryGraph(
    { type: "averagepool", kernel: [3, 3], stride, padding: odd, activation: "none" },
    shape,
    "float32",
    1,
  );
  expect(() => writeTflite(one.graph)).toThrow(UnsupportedError);
});

test("attributes that the format cannot say are refused", () => {
  const identity = unaryGraph({ type: "activation", activation: "none" }, shape, "float32", 1);
  expect(() => writeTflite(identity.graph)).toThrow(UnsupportedError);
  const attributes = { type: "convolution", stride, padding: same, activation: "none" } as const;
  const { graph, op } = weightedGraph(attributes, shape, [4, 3, 3, 5], "float32", 1);
  const ops = [{ ...op, padValue: [1, 2, 3, 4, 5] }] as typeof graph.ops;
  expect(() => writeTflite({ ...graph, ops })).toThrow("convolution: padding expected of zeros");
});

describeShared("a real file", () => {
  test.each(["vww_96_int8", "vww_96_float", "mobilenet_v1_0.25_128_quant"])("%s", async (name) => {
    const graph = await readTflite(sharedBytes("models", `${name}.tflite`));
    const again = await readTflite(writeTflite(graph));
    expect(again.ops.map(({ type }) => type)).toEqual(graph.ops.map(({ type }) => type));
    expect(again.tensors.slice(0, graph.tensors.length)).toEqual(graph.tensors);
  });
});
