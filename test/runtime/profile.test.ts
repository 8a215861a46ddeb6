/** What a profile says of a program's stages; how long they take is for benchmarks. */
import { describe, expect, test } from "vitest";
import { costOf } from "../../src/ir/cost.js";
import { buildGraph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { profileSteps } from "../../src/runtime/profile.js";
import { Program } from "../../src/runtime/program.js";
import { modulesOf } from "../support/modules.js";

const OPTIONS = { maxMemory: 2 ** 28, keep: [] };
const graph = mobileNetV1({ alpha: 0.25, height: 40, width: 50, classes: 7 });

describe.each([1, 2, 3])("with %d threads", (threads) => {
  const create = () => Program.create(graph, modulesOf("simd", threads > 1), { ...OPTIONS, threads });

  test("each stage ends after the one before", async () => {
    const program = await create();
    const ends = new Float64Array(program.steps.length);
    for (let run = 0; run < 50; ++run) {
      const start = performance.now();
      program.execute(1, ends);
      const sequence = [start, ...ends, performance.now()];
      expect(sequence).toEqual(sequence.toSorted((a, b) => a - b));
    }
    program.dispose();
  });

  test("the stages have all operators once, and their cost", async () => {
    const program = await create();
    const stages = profileSteps(program, [new Float32Array(40 * 50 * 3)], 1);
    expect(stages.flatMap(({ ops }) => ops)).toEqual(graph.ops);
    expect(stages.slice(0, 2).map(({ ops }) => ops.map(({ type }) => type))).toEqual([
      ["convolution"],
      ["depthwise", "convolution"],
    ]);
    for (const { ops, multAdds, milliseconds } of stages) {
      expect(multAdds).toBe(ops.reduce((sum, op) => sum + costOf(op, graph.tensors).multAdds, 0));
      expect(milliseconds).toBeGreaterThanOrEqual(0);
    }
    program.dispose();
  });
});

test("the bytes are those of inputs, weights and outputs as they lie in memory", async () => {
  const window = { stride: [1, 1], padding: { top: 1, bottom: 1, left: 1, right: 1 }, activation: "none" } as const;
  const tensors: Tensor[] = [
    { name: "x", shape: [1, 5, 6, 9], dtype: "float32" },
    { name: "depthwise", shape: [1, 3, 3, 9], dtype: "float32", data: new Float32Array(81) },
    { name: "between", shape: [1, 5, 6, 9], dtype: "float32" },
    { name: "pointwise", shape: [20, 1, 1, 9], dtype: "float32", data: new Float32Array(180) },
    { name: "y", shape: [1, 5, 6, 20], dtype: "float32" },
  ];
  const ops: Op[] = [
    { type: "depthwise", ...window, inputs: [0, 1], outputs: [2] },
    { ...window, type: "convolution", padding: { top: 0, bottom: 0, left: 0, right: 0 }, inputs: [2, 3], outputs: [4] },
  ];
  const program = await Program.create(
    buildGraph({ tensors, ops, inputs: [0], outputs: [4] }),
    modulesOf("simd"),
    OPTIONS,
  );
  const stages = profileSteps(program, [new Float32Array(270)], 1);
  const pixels = 30;
  const blocks = (count: number) => count * pixels * 8 * 4;
  const weights = program.plan.constants.map(({ packed }) => packed.bytes);
  // In blocks of eight channels there are two and three; what goes between the two operators is never stored.
  expect(stages.map(({ ops: run, bytes }) => [run.length, bytes])).toEqual([
    [0, 9 * pixels * 4 + blocks(2)],
    [2, blocks(2) + weights.reduce((a, b) => a + b, 0) + blocks(3)],
    [0, blocks(3) + 20 * pixels * 4],
  ]);
});

test("the bytes are those of both inputs, if there are two", async () => {
  const shape = [1, 5, 6, 9];
  const tensors: Tensor[] = ["a", "b", "sum"].map((name) => ({ name, shape, dtype: "float32" }));
  const ops: Op[] = [{ type: "add", activation: "none", inputs: [0, 1], outputs: [2] }];
  const graphOfTwo = buildGraph({ tensors, ops, inputs: [0, 1], outputs: [2] });
  const program = await Program.create(graphOfTwo, modulesOf("simd"), OPTIONS);
  const stages = profileSteps(program, [new Float32Array(270), new Float32Array(270)], 1);
  const blocks = 2 * 30 * 8 * 4;
  expect(stages.find(({ ops: run }) => run.length)!.bytes).toBe(3 * blocks);
});
