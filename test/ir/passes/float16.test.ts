import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../../src/errors.js";
import { buildGraph } from "../../../src/ir/graph.js";
import { halfToNumber } from "../../../src/ir/numbers.js";
import { numberToHalf, toFloat16 } from "../../../src/ir/passes/float16.js";
import { prepare } from "../../../src/ir/passes/index.js";
import { withoutUnused } from "../../../src/ir/passes/unused.js";
import { mobileNetV1 } from "../../../src/models/mobilenetv1.js";
import { seededRandom } from "../../../src/models/random.js";

describe("a float16", () => {
  test("comes back from what it stands for", () => {
    for (let bits = 0; bits < 65536; ++bits) {
      const value = halfToNumber(bits);
      if (Number.isNaN(value)) expect(numberToHalf(value)).toBe(0x7e00);
      else expect(numberToHalf(value)).toBe(bits);
    }
  });

  test("is the nearest to a number, and even where two are", () => {
    const random = seededRandom(1);
    for (let i = 0; i < 20_000; ++i) {
      const bits = Math.floor(random() * 0x7bff);
      const [low, high] = [halfToNumber(bits), halfToNumber(bits + 1)];
      const middle = (low + high) / 2; // exact as float32
      expect(numberToHalf(middle)).toBe(bits + (bits % 2));
      expect(numberToHalf(-middle)).toBe(0x8000 | (bits + (bits % 2)));
      const near = Math.fround(low + (high - low) * 0.499);
      expect(numberToHalf(near)).toBe(bits);
      expect(numberToHalf(Math.fround(low + (high - low) * 0.501))).toBe(bits + 1);
    }
    expect([65519, 65520, 1e30, 1e-30, -0].map(numberToHalf)).toEqual([0x7bff, 0x7c00, 0x7c00, 0, 0x8000]);
  });
});

describe("weights as float16", () => {
  const graph = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 });

  test("are read back rounded; biases stay", async () => {
    const half = toFloat16(graph);
    const again = await prepare(buildGraph(half));
    expect(again.ops.map(({ type }) => type)).toEqual(graph.ops.map(({ type }) => type));
    for (const [index, op] of graph.ops.entries()) {
      const [weights, bias] = op.inputs.slice(1).map((tensor) => graph.tensors[tensor]!.data as Float32Array);
      const [halved, same] = again.ops[index]!.inputs.slice(1).map((tensor) => again.tensors[tensor]!.data);
      expect(halved).toEqual(weights?.map((value) => halfToNumber(numberToHalf(value))));
      expect(same).toBe(bias);
    }
  });

  test("once, where two layers share them", () => {
    const [first] = graph.ops;
    const copy = graph.tensors.length;
    const tensors = [...graph.tensors, { ...graph.tensors[first!.outputs[0]!]!, name: "copy" }];
    const shared = {
      ...graph,
      tensors,
      ops: [...graph.ops, { ...first!, outputs: [copy] }],
      outputs: [...graph.outputs, copy],
    };
    const before = graph.ops.filter(({ type }) => type === "convolution" || type === "depthwise").length;
    expect(toFloat16(shared).ops.filter(({ type }) => type === "dequantize").length).toBe(before);
  });

  test("are refused where they are too large", () => {
    const weights = graph.ops[0]!.inputs[1]!;
    const data = (graph.tensors[weights]!.data as Float32Array).with(3, 7e4);
    const large = { ...graph, tensors: graph.tensors.with(weights, { ...graph.tensors[weights]!, data }) };
    expect(() => toFloat16(large)).toThrow(UnsupportedError);
    expect(() => toFloat16(large)).toThrow(/expected numbers within ±65504 for float16, got 70000/);
  });
});

test("tensors that nothing names are left out, and the others stay what they are", () => {
  const graph = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 });
  const spread = graph.tensors.flatMap((tensor) => [{ ...tensor, name: "unused" }, tensor]);
  const moved = (tensors: readonly number[]) => tensors.map((tensor) => 2 * tensor + 1);
  const ops = graph.ops.map((op) => ({ ...op, inputs: moved(op.inputs), outputs: moved(op.outputs) }));
  const sparse = { tensors: spread, ops, inputs: moved(graph.inputs), outputs: moved(graph.outputs) };
  expect(withoutUnused(sparse)).toEqual(graph);
});
