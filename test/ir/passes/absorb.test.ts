import { describe, expect, test } from "vitest";
import { buildGraph, type Graph } from "../../../src/ir/graph.js";
import { halfToNumber } from "../../../src/ir/numbers.js";
import type { Op } from "../../../src/ir/ops/index.js";
import { absorb } from "../../../src/ir/passes/absorb.js";
import { foldConstants } from "../../../src/ir/passes/constants.js";
import { prepare } from "../../../src/ir/passes/index.js";
import { dequantized, type Tensor } from "../../../src/ir/tensor.js";
import { NO_PADDING } from "../../../src/ir/window.js";
import { Program } from "../../../src/runtime/program.js";
import { modulesOf } from "../../support/modules.js";

async function run(graph: Graph, x: Float32Array): Promise<Float32Array> {
  const program = await Program.create(graph, modulesOf("simd"), { maxMemory: 2 ** 28, keep: [] });
  program.inputs[0]!.set(x);
  program.execute();
  return Float32Array.from(program.outputs[0]!);
}

/** pad, convolution 3×3, relu6. */
function padded(): Graph {
  const weights = Float32Array.from({ length: 2 * 9 * 2 }, (_, i) => Math.sin(i));
  const tensors: Tensor[] = [
    { name: "x", shape: [1, 6, 5, 2], dtype: "float32" },
    { name: "padded", shape: [1, 8, 9, 2], dtype: "float32" },
    { name: "w", shape: [2, 3, 3, 2], dtype: "float32", data: weights },
    { name: "conv", shape: [1, 6, 7, 2], dtype: "float32" },
    { name: "y", shape: [1, 6, 7, 2], dtype: "float32" },
  ];
  const ops: Op[] = [
    { type: "pad", padding: { top: 2, bottom: 0, left: 1, right: 3 }, inputs: [0], outputs: [1] },
    { type: "convolution", stride: [1, 1], padding: NO_PADDING, activation: "none", inputs: [1, 2], outputs: [3] },
    { type: "activation", activation: "relu6", inputs: [3], outputs: [4] },
  ];
  return buildGraph({ tensors, ops, inputs: [0], outputs: [4] });
}

describe("absorbing", () => {
  const x = Float32Array.from({ length: 60 }, (_, i) => Math.cos(i) * 3);

  test("makes pad, convolution and activation one operator, bit for bit", async () => {
    const graph = padded();
    const one = buildGraph(absorb(graph));
    expect(one.ops).toMatchObject([
      { type: "convolution", padding: { top: 2, bottom: 0, left: 1, right: 3 }, activation: "relu6" },
    ]);
    expect(await run(one, x)).toEqual(await run(graph, x));
  });

  test("leaves what a caller gets or another operator reads", () => {
    const graph = padded();
    const kept = buildGraph(absorb(buildGraph({ ...graph, outputs: [4, 3, 1] })));
    expect(kept.ops.map(({ type }) => type)).toEqual(["pad", "convolution", "activation"]);
  });
});

describe("constants", () => {
  test("half precision", () => {
    const cases = [
      [0x0000, 0],
      [0x8000, -0],
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x0001, 2 ** -24],
      [0x7bff, 65504],
      [0x7c00, Infinity],
    ];
    for (const [bits, value] of cases) expect(halfToNumber(bits!)).toBe(value);
    expect(halfToNumber(0x7e00)).toBeNaN();
  });

  test("float16 weights behind DEQUANTIZE become float32", async () => {
    const tensors: Tensor[] = [
      { name: "half", shape: [2], dtype: "float16", data: Uint16Array.of(0x3c00, 0xc000) },
      { name: "full", shape: [2], dtype: "float32" },
      { name: "x", shape: [1, 1], dtype: "float32" },
    ];
    const ops: Op[] = [{ type: "dequantize", inputs: [0], outputs: [1] }];
    const folded = await foldConstants(buildGraph({ tensors, ops, inputs: [2], outputs: [2] }));
    expect(folded.ops).toEqual([]);
    expect(folded.tensors[1]!.data).toEqual(Float32Array.of(1, -2));
  });

  test("8-bit weights become real numbers, channel by channel", () => {
    const quantization = { scale: [0.5, 2], zeroPoint: [0, 10], axis: 1 };
    const tensor: Tensor = {
      name: "w",
      shape: [2, 2],
      dtype: "uint8",
      data: Uint8Array.of(4, 11, 6, 12),
      quantization,
    };
    expect(dequantized(tensor)).toEqual(Float32Array.of(2, 2, 3, 4));
  });
});

test("a graph that needs no rewriting is left as it is", async () => {
  const graph = padded();
  const bare = buildGraph({ ...graph, ops: [graph.ops[0]!], outputs: [1] });
  expect(await prepare(bare)).toEqual(bare);
});
