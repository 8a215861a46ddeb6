/** Operators on the host beside TensorFlow Lite: integers the same, float32 too. */
import { beforeAll, describe, expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
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
