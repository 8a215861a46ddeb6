/** TFLite_Detection_PostProcess: on its own, behind a network, and as a file. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { readTflite } from "../../../src/formats/tflite/read.js";
import { writeTflite } from "../../../src/formats/tflite/write.js";
import { buildGraph, type Graph } from "../../../src/ir/graph.js";
import { outputShapes, type OpOf } from "../../../src/ir/ops/index.js";
import { batched } from "../../../src/ir/passes/batch.js";
import type { Tensor } from "../../../src/ir/tensor.js";
import { seededRandom } from "../../../src/models/random.js";
import { Program } from "../../../src/runtime/program.js";
import { detection } from "../../reference/detection.js";
import { FLAVOURS, randomTensor, type Flavour } from "../../support/graphs.js";
import { loadModel } from "../../support/load.js";
import { modulesOf } from "../../support/modules.js";
import { seeds } from "../../support/shapes.js";

const OPTIONS = { maxMemory: 2 ** 28, keep: [] };

interface Case {
  readonly boxes: number;
  readonly background: boolean;
  readonly options: Omit<OpOf<"detection">, "inputs" | "outputs" | "type" | "scales">;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  boxes: fc.integer({ min: 1, max: 40 }),
  background: fc.boolean(),
  options: fc.record({
    maxDetections: fc.integer({ min: 1, max: 12 }),
    maxClasses: fc.integer({ min: 1, max: 3 }),
    detectionsPerClass: fc.integer({ min: 1, max: 6 }),
    regular: fc.boolean(),
    scoreThreshold: fc.constantFrom(1e-8, 0.3, 0.5),
    iouThreshold: fc.constantFrom(0.1, 0.5, 0.6),
    classes: fc.integer({ min: 1, max: 6 }),
  }),
  seed: seeds,
});

/** The operator alone, and inputs for so many images. Scores are coarse, so that there are equal ones. */
function alone({ boxes, background, options, seed }: Case, flavour: Flavour, images: number) {
  const random = seededRandom(seed);
  const tensor = (name: string, shape: readonly number[], scale: number): Tensor => {
    const it = randomTensor(name, shape, flavour, random);
    return it.quantization ? { ...it, quantization: { ...it.quantization, scale: [Math.fround(scale)] } } : it;
  };
  const columns = options.classes + (background ? 1 : 0);
  const encodings = tensor("encodings", [images, boxes, 4], 0.05);
  const scores = tensor("scores", [images, boxes, columns], 1 / 256);
  if (flavour === "float32")
    for (const [i, v] of scores.data!.entries()) scores.data![i] = Math.round(16 * Math.abs(v)) / 16;
  const anchors: Tensor = {
    name: "anchors",
    shape: [boxes, 4],
    dtype: "float32",
    data: Float32Array.from({ length: 4 * boxes }, (_, i) => (i % 4 < 2 ? random() : 0.1 + 0.4 * random())),
  };
  const op: OpOf<"detection"> = {
    type: "detection",
    inputs: [0, 1, 2],
    outputs: [3, 4, 5, 6],
    scales: [10, 10, 5, 5],
    ...options,
  };
  const single = [encodings, scores].map((it) => ({ ...it, data: undefined, shape: [1, ...it.shape.slice(1)] }));
  const given = [...single, anchors];
  const made = outputShapes(op, given).map((shape, i): Tensor => ({ name: `y${i}`, shape, dtype: "float32" }));
  const graph = buildGraph({ tensors: [...given, ...made], ops: [op], inputs: [0, 1], outputs: [3, 4, 5, 6] });
  return { graph, op, inputs: [encodings.data!, scores.data!] as const };
}

function expectDetections(
  graph: Graph,
  op: OpOf<"detection">,
  inputs: readonly ArrayLike<number>[],
  program: Program,
): void {
  const [boxes, classes, scores, counts] = program.outputs as [Float32Array, Float32Array, Float32Array, Float32Array];
  const slots = op.maxDetections * op.maxClasses;
  for (let image = 0; image < counts.length; ++image) {
    const part = (i: number) => {
      const length = inputs[i]!.length / counts.length;
      return Array.from(inputs[i]!).slice(image * length, (image + 1) * length);
    };
    const expected = detection(op, graph.tensors, part(0), part(1));
    const found = expected.scores.length;
    expect(counts[image]).toBe(found);
    const start = image * slots;
    expect(Array.from(classes.subarray(start, start + found))).toEqual(expected.classes);
    expect(Array.from(scores.subarray(start, start + found))).toEqual(expected.scores);
    for (const [i, corner] of expected.boxes.flat().entries()) expect(boxes[4 * start + i]).toBeCloseTo(corner, 5);
    expect(scores.subarray(start + found, start + slots).every((score) => score === 0)).toBe(true);
  }
}

describe("detection", () => {
  test.each(FLAVOURS)("of any size: %s", async (flavour) => {
    await fc.assert(
      fc.asyncProperty(cases, fc.integer({ min: 1, max: 2 }), async (each, images) => {
        const { graph, op, inputs } = alone(each, flavour, images);
        const program = await Program.create(batched(graph, images), modulesOf("simd"), { ...OPTIONS, batch: images });
        for (const [i, input] of inputs.entries()) program.inputs[i]!.set(input);
        program.execute();
        expectDetections(graph, op, inputs, program);
      }),
      { numRuns: 150 },
    );
  });

  test("of a model for several images, in one run", async () => {
    const options = { maxDetections: 4, maxClasses: 2, detectionsPerClass: 3, scoreThreshold: 0.1, iouThreshold: 0.5, classes: 4 }; // prettier-ignore
    for (const regular of [false, true]) {
      const each = { boxes: 20, background: true, options: { ...options, regular }, seed: 5 };
      const { graph, op, inputs } = alone(each, "float32", 3);
      const program = await Program.create(batched(graph, 3), modulesOf("simd"), OPTIONS);
      for (const [i, input] of inputs.entries()) program.inputs[i]!.set(input);
      for (const output of program.outputs) output.fill(NaN); // whatever is not written shows
      program.execute();
      expectDetections(graph, op, inputs, program);
    }
  });

  test("of scores for other images than boxes is refused", async () => {
    const options = { maxDetections: 4, maxClasses: 1, detectionsPerClass: 3, regular: false, scoreThreshold: 0.1, iouThreshold: 0.5, classes: 4 }; // prettier-ignore
    const { graph } = alone({ boxes: 5, background: true, options, seed: 5 }, "float32", 3);
    const three = batched(graph, 3);
    const tensors = three.tensors.map((it) =>
      it.name === "scores" ? { ...it, shape: [1, ...it.shape.slice(1)] } : it,
    );
    await expect(Program.create({ ...three, tensors }, modulesOf("simd"), OPTIONS)).rejects.toThrow(
      /scores expected of 3 images, got of 1/,
    );
  });

  test.each(FLAVOURS)("as a file: %s", async (flavour) => {
    const options = { maxDetections: 5, maxClasses: 1, detectionsPerClass: 3, scoreThreshold: 0.25, iouThreshold: 0.5, classes: 4 }; // prettier-ignore
    for (const regular of [false, true]) {
      const { graph, op } = alone(
        { boxes: 30, background: true, options: { ...options, regular }, seed: 3 },
        flavour,
        1,
      );
      const again = await readTflite(writeTflite(graph));
      expect(again.ops).toEqual([{ ...op, iouThreshold: 0.5, scoreThreshold: 0.25 }]);
      expect(again.tensors).toEqual(graph.tensors);
      // Converters do not know the operator, and may leave the shapes of its outputs open.
      const open = graph.tensors.map((tensor, i) => (op.outputs.includes(i) ? { ...tensor, shape: [] } : tensor));
      expect((await readTflite(writeTflite({ ...graph, tensors: open }))).tensors).toEqual(graph.tensors);
    }
  });

  test("may be read by other operators; its anchors are constant", async () => {
    const options = { maxDetections: 5, maxClasses: 1, detectionsPerClass: 3, regular: false, scoreThreshold: 0.25, iouThreshold: 0.5, classes: 4 }; // prettier-ignore
    const { graph, op } = alone({ boxes: 9, background: true, options, seed: 3 }, "float32", 1);
    const more: Tensor = { name: "z", shape: [1, 5], dtype: "float32" };
    const read = { ...graph, tensors: [...graph.tensors, more], outputs: [7], ops: [op, { type: "logistic", inputs: [5], outputs: [7] }] } as const; // prettier-ignore
    for (const threads of [1, 3]) {
      const whole = await loadModel(graph);
      const net = await loadModel(read, { threads });
      const inputs = new Map(whole.inputs.map(({ name, shape }) => [name, Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i))])); // prettier-ignore
      const [, , scores] = whole.run(Object.fromEntries(inputs));
      const [z] = net.run(Object.fromEntries(inputs));
      for (const [i, score] of scores!.data.entries()) expect(z!.data[i]).toBeCloseTo(1 / (1 + Math.exp(-score)), 6);
      net.dispose();
    }
    const open = graph.tensors.map((tensor) => ({ ...tensor, data: undefined }));
    await expect(loadModel({ ...graph, tensors: open, inputs: [0, 1, 2] })).rejects.toThrow(
      /anchors expected constant/,
    );
    await expect(loadModel({ ...graph, ops: [{ ...op, classes: 9 }] })).rejects.toThrow(FormatError);
  });
});
