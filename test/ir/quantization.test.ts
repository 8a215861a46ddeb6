/** Quantisations that no arithmetic covers are refused when a graph is built or compiled, not run. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelError } from "../../src/errors.js";
import { buildGraph, type Graph } from "../../src/ir/graph.js";
import type { OpAttributes } from "../../src/ir/ops/index.js";
import type { DType, Tensor } from "../../src/ir/tensor.js";
import { loadModel } from "../support/load.js";

function activation(dtype: DType, scale: number, zeroPoint: number, channels = 8): Tensor {
  const quantization = { scale: [scale], zeroPoint: [zeroPoint], axis: 0 };
  return { name: "x", shape: [1, 2, 2, channels], dtype, ...(dtype !== "float32" && { quantization }) };
}

/** A graph with one operator. */
function graphOf(attributes: OpAttributes, x: Tensor, y: Tensor, ...constants: readonly Tensor[]): Graph {
  const inputs = [0, ...constants.map((_, i) => i + 2)];
  return { tensors: [x, y, ...constants], ops: [{ ...attributes, inputs, outputs: [1] }], inputs: [0], outputs: [1] };
}

describe("a quantisation is refused", () => {
  test.each([
    ["a scale of 0", "uint8", 0, 0, /tensor 0: scale expected above 0, got 0/],
    ["a negative scale", "int8", -1, 0, /scale expected above 0, got -1/],
    ["no number", "int8", NaN, 0, /scale expected above 0, got NaN/],
    ["infinity", "int8", Infinity, 0, /scale expected at most 2\^100, got Infinity/],
    ["a scale that is 0 as float32", "int8", 1e-50, 0, /scale expected above 0/],
    ["a zero point above int8", "int8", 1, 128, /zero point expected -128…127, got 128/],
    ["a zero point below int8", "int8", 1, -129, /zero point expected -128…127, got -129/],
    ["a zero point below uint8", "uint8", 1, -1, /zero point expected 0…255, got -1/],
    ["a fraction as zero point", "uint8", 1, 0.5, /zero point expected 0…255, got 0.5/],
    ["no zero point", "uint8", 1, NaN, /zero point expected 0…255, got NaN/],
  ] as const)("with %s", (_, dtype, scale, zeroPoint, message) => {
    const wrong = activation(dtype, scale, zeroPoint);
    const relu = { type: "activation", activation: "relu" } as const;
    expect(() => buildGraph(graphOf(relu, wrong, activation(dtype, 1, 0)))).toThrow(message);
  });

  test("with a zero point of weights outside of their type", () => {
    const quantization = { scale: [1], zeroPoint: [200], axis: 0 };
    const weights: Tensor = { name: "w", shape: [8, 1, 1, 8], dtype: "int8", quantization, data: new Int8Array(64) };
    const attributes = { type: "convolution", stride: [1, 1], padding: { top: 0, bottom: 0, left: 0, right: 0 }, activation: "none" } as const; // prettier-ignore
    const graph = graphOf(attributes, activation("int8", 1, 0), activation("int8", 1, 0), weights);
    expect(() => buildGraph(graph)).toThrow(/tensor 2: zero point expected -128…127, got 200/);
  });
});

/** Positive float32 numbers of every exponent, and usual ones. */
const scales = fc.oneof(
  fc.integer({ min: -149, max: 127 }).map((exponent) => 2 ** exponent),
  fc.double({ min: 1e-4, max: 10, noNaN: true }).map(Math.fround),
);

const UNARY: readonly [OpAttributes, DType, DType][] = [
  [{ type: "activation", activation: "relu6" }, "int8", "int8"],
  [{ type: "quantize" }, "int8", "uint8"],
  [{ type: "quantize" }, "float32", "int8"],
  [{ type: "dequantize" }, "uint8", "float32"],
  [{ type: "logistic" }, "int8", "int8"],
  [{ type: "leakyrelu", slope: 0.1 }, "uint8", "uint8"],
  [{ type: "softmax", beta: 1e30 }, "int8", "int8"],
  [{ type: "softmax", beta: 1 }, "uint8", "uint8"],
];

test.each(UNARY)("whatever the scales, %j of %s to %s is refused or stays within its type", async (op, from, to) => {
  const outcomes = { runs: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(scales, scales, async (a, b) => {
      const graph = graphOf(op, activation(from, a, 0, 11), activation(to, b, 0, 11));
      let net;
      try {
        net = await loadModel(graph);
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
        ++outcomes.refused;
        return;
      }
      ++outcomes.runs;
      const type = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array }[from as "int8"];
      const x = type.from({ length: 44 }, (_, i) => i * 41 - 128);
      const [first] = net.run(x);
      expect(first!.data.every(Number.isFinite)).toBe(true);
      net.run(type.from({ length: 44 }, () => 127));
      expect(net.run(x)[0]!.data).toEqual(first!.data);
    }),
    { numRuns: 60, seed: 12 },
  );
  expect(outcomes.runs).toBeGreaterThan(0);
  expect(outcomes.refused).toBeGreaterThan(0);
});
