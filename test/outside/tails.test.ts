/** Operators on the host beside TensorFlow Lite: integers the same, float32 too. */
import { beforeAll, describe, expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { seededRandom } from "../../src/models/random.js";
import { Program } from "../../src/runtime/program.js";
import { modulesOf } from "../support/modules.js";
import { tailCases, tailGraph, type TailCase } from "../support/tails.js";
import { openTflite, type Open } from "./support/tflite.js";

let open: Open;
beforeAll(async () => {
  open = await openTflite(import.meta.url);
});

const CASES = [1, 2, 3].flatMap((seed) => tailCases(seed).shared.map((each): [string, TailCase] => [each.name, each]));

describe("as TensorFlow Lite", () => {
  test.each(CASES)("%s", async (_, one) => {
    const { graph, elements } = tailGraph(one);
    const expected = open(writeTflite(graph))(elements);
    const program = await Program.create(graph, modulesOf("simd"), { maxMemory: 2 ** 24 });
    for (const [i, data] of elements.entries()) program.inputs[i]!.set(data);
    program.execute();
    for (const [i, data] of program.outputs.entries()) {
      expect(Array.from(data, (value) => value + 0)).toEqual(Array.from(expected[i]!, (value) => Number(value) + 0));
    }
  });
});

test.each([0.3, 0.5, 0.7])("non-maximum suppression above an overlap of %d", async (iouThreshold) => {
  const random = seededRandom(7);
  // Scores differ: TensorFlow Lite says nothing of the order of equal ones.
  const boxes = Float32Array.from({ length: 200 }, () => random());
  const scores = Float32Array.from({ length: 50 }, () => random());
  const attributes = { type: "suppression", maxDetections: 20, iouThreshold, inclusive: true, scoreThreshold: 0.2, boxes: "corners" } as const; // prettier-ignore
  const inputs = [
    { name: "boxes", shape: [50, 4], dtype: "float32", data: boxes },
    { name: "scores", shape: [50], dtype: "float32", data: scores },
  ] as const;
  const { graph, elements } = tailGraph({ name: "", attributes, inputs });
  const expected = open(writeTflite(graph))(elements);
  const program = await Program.create(graph, modulesOf("simd"), { maxMemory: 2 ** 24 });
  for (const [i, data] of elements.entries()) program.inputs[i]!.set(data);
  program.execute();
  expect(program.outputs[2]![0]).toBeGreaterThan(3);
  for (const [i, data] of program.outputs.entries()) expect(Array.from(data)).toEqual(Array.from(expected[i]!));
});
