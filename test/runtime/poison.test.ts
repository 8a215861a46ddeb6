/**
 * The outputs follow from the inputs alone, whatever memory held before, and the channels after C are 0 in every activation:
 * abi/tensor.ts states the rule.
 */
import { describe, expect, test } from "vitest";
import { KERNELS } from "../../build/abi.js";
import { RARE_KERNELS } from "../../build/abi.rare.js";
import { buildGraph, type Graph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops/index.js";
import { batched } from "../../src/ir/passes/batch.js";
import { featureMap, type Tensor } from "../../src/ir/tensor.js";
import { NO_PADDING } from "../../src/ir/window.js";
import { seededRandom } from "../../src/models/random.js";
import { Program } from "../../src/runtime/program.js";
import { FLAVOURS, manyGraph, randomTensor, type Flavour } from "../support/graphs.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { everyOperator } from "../support/networks.js";

/** Fills the scratch tiles, the arena and all after it. */
const POISONS: Readonly<Record<string, (buffer: ArrayBufferLike, from: number) => void>> = {
  "0x00": (buffer, from) => void new Uint8Array(buffer, from).fill(0),
  "0x7f": (buffer, from) => void new Uint8Array(buffer, from).fill(0x7f),
  "0x80": (buffer, from) => void new Uint8Array(buffer, from).fill(0x80),
  "0xff": (buffer, from) => void new Uint8Array(buffer, from).fill(0xff),
  NaN: (buffer, from) => void new Float32Array(buffer, from).fill(NaN),
  Infinity: (buffer, from) => void new Float32Array(buffer, from).fill(Infinity),
};

interface Setting {
  readonly build: (typeof BUILDS)[number];
  readonly threads?: number;
  readonly batch?: number;
  readonly keep?: readonly number[];
}

/** Byte products are forced where the kernels have them: inexact on some machines, but the same in each run. */
function create(graph: Graph, { build, threads = 1, batch = 1, keep = [] }: Setting): Promise<Program> {
  const options = {
    maxMemory: 2 ** 28,
    keep,
    threads,
    batch,
    target: { byteProducts: build === "simd" ? undefined : ("unsigned" as const) },
  };
  return Program.create(batched(graph, batch), modulesOf(build, threads > 1), options);
}

function run(program: Program, flavour: Flavour, poison: (buffer: ArrayBufferLike, from: number) => void) {
  const input = program.inputs[0]!;
  poison(input.buffer, program.plan.tiles[0]!);
  input.set(randomTensor("x", program.graph.tensors[program.graph.inputs[0]!]!.shape, flavour, seededRandom(3)).data!);
  program.execute();
  return program.outputs.map((output) => output.slice());
}

/** The greatest magnitude in the channels after C. */
function greatestAfter(program: Program, tensor: number): number {
  const it = program.graph.tensors[tensor]!;
  const { images, height, width, channels } = featureMap(it.shape);
  const pixels = images * height * width;
  const blocks = Math.ceil(channels / 8);
  const { buffer } = program.inputs[0]!;
  const start = program.plan.address(tensor, "nChw8c");
  const skipped = (blocks - 1) * pixels * 8;
  const last =
    it.dtype === "float32"
      ? new Float32Array(buffer, start + 4 * skipped, pixels * 8)
      : new Int16Array(buffer, start + 2 * skipped, pixels * 8);
  let greatest = 0;
  for (const [i, value] of last.entries()) {
    if ((blocks - 1) * 8 + (i % 8) >= channels && !(Math.abs(value) <= greatest)) greatest = Math.abs(value);
  }
  return greatest;
}

describe.each(BUILDS)("%s", (build) => {
  describe.each(FLAVOURS)("%s", (flavour) => {
    const { graph, branches } = everyOperator(flavour, 5);

    test.each([
      [1, 1],
      [1, 3],
      [2, 1],
      [2, 3],
    ])("the same outputs on %d threads, batch %d", async (threads, batch) => {
      const program = await create(graph, { build, threads, batch });
      const clean = run(program, flavour, POISONS["0x00"]!);
      for (const output of clean) expect(new Set(output).size).toBeGreaterThan(2);
      for (const [name, poison] of Object.entries(POISONS)) {
        for (const [i, output] of run(program, flavour, poison).entries()) {
          expect(output, `${branches[i]} after ${name}`).toEqual(clean[i]);
        }
      }
      program.dispose();
    });

    test("zeros after C in every activation", async () => {
      const made = graph.ops.flatMap(({ outputs }) => outputs);
      const program = await create(graph, { build, keep: made });
      for (const [name, poison] of Object.entries(POISONS)) {
        run(program, flavour, poison);
        for (const [index, { type, outputs }] of graph.ops.entries()) {
          expect(greatestAfter(program, outputs[0]!), `operator ${index} (${type}) after ${name}`).toBe(0);
        }
      }
    });
  });

  test("every kernel is among them", async () => {
    const seen = new Set<string>();
    for (const flavour of FLAVOURS) {
      const { graph } = everyOperator(flavour, 5);
      const { plan } = await create(graph, { build });
      for (const step of plan.steps) if ("calls" in step) for (const { kernel } of step.calls) seen.add(kernel);
    }
    // An image in NHWC changes its type there: these two write no channel blocks.
    const others = new Set(["q8_quantizeNhwc", "q8_dequantizeNhwc"]);
    for (const kernel of build === "simd" ? ["q8_narrow", "q8_pointwiseDot"] : ["q8_pointwise"]) others.add(kernel);
    expect(
      Object.keys({ ...KERNELS, ...RARE_KERNELS }).filter((kernel) => !seen.has(kernel) && !others.has(kernel)),
    ).toEqual([]);
  });

  test("an overflow that ReLU6 clamps is 6, and does not spread", async () => {
    const shape = [1, 1, 5, 1];
    const tensors: Tensor[] = ["x", "overflow", "clamped", "y"].map((name) => ({ name, shape, dtype: "float32" }));
    tensors.push({ name: "weight", shape: [1, 1, 1, 1], dtype: "float32", data: Float32Array.of(10) });
    const ops = (["none", "relu6", "relu6"] as const).map((activation, i): Op => {
      const inputs = [i, 4];
      return { type: "convolution", stride: [1, 1], padding: NO_PADDING, activation, inputs, outputs: [i + 1] };
    });
    const program = await create(buildGraph({ tensors, ops, inputs: [0], outputs: [3] }), { build });
    program.inputs[0]!.fill(3e38);
    program.execute();
    expect(Array.from(program.outputs[0]!)).toEqual([6, 6, 6, 6, 6]);
  });

  test.each([
    ["a table", { type: "logistic" }, 1],
    ["softmax", { type: "softmax", beta: 1 }, 1],
    ["a change of quantisation", { type: "concatenation", axis: 3 }, 2],
  ] as const)("elements that no byte is do not lead out of the table: %s", async (_, attributes, inputs) => {
    const { graph } = manyGraph(
      attributes,
      Array.from({ length: inputs }, () => [1, 4, 8, 13]),
      "int8",
      7,
    );
    const program = await create(graph, { build, keep: [...graph.inputs, ...graph.outputs] });
    const stored = (tensor: number, length: number) =>
      new Int16Array(program.inputs[0]!.buffer, program.plan.address(tensor, "nChw8c"), length);
    for (const [index, { op }] of program.plan.steps.entries()) {
      const random = seededRandom(index);
      for (const input of op < 0 ? [] : graph.inputs) {
        const elements = stored(input, 4 * 8 * 16);
        for (let i = 0; i < elements.length; ++i) elements[i] = 65536 * random() - 32768;
      }
      program.executeStep(index);
    }
    const zeroPoint = graph.tensors[graph.outputs[0]!]!.quantization!.zeroPoint[0]!;
    for (const value of stored(graph.outputs[0]!, 4 * 8 * 13 * inputs)) {
      expect(value).toBeGreaterThanOrEqual(-128 - zeroPoint);
      expect(value).toBeLessThanOrEqual(127 - zeroPoint);
    }
  });

  test("NaN becomes the lower bound of 8 bits", async () => {
    const quantization = { scale: [0.5], zeroPoint: [-3], axis: 0 };
    const tensors: Tensor[] = [
      { name: "x", shape: [1, 1, 1, 9], dtype: "float32" },
      { name: "y", shape: [1, 1, 1, 9], dtype: "int8", quantization },
    ];
    const ops: Op[] = [{ type: "quantize", inputs: [0], outputs: [1] }];
    const program = await create(buildGraph({ tensors, ops, inputs: [0], outputs: [1] }), { build });
    program.inputs[0]!.set([NaN, -NaN, Infinity, -Infinity, 0, 1, -1, 3e38, -3e38]);
    program.execute();
    expect(Array.from(program.outputs[0]!)).toEqual([-128, -128, 127, -128, -3, -1, -5, 127, -128]);
  });
});
