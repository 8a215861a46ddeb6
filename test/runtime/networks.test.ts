/** Networks that branch and join, against their operators' references one after another. */
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/ir/graph.js";
import { batched } from "../../src/ir/passes/batch.js";
import { readTflite } from "../../src/formats/tflite/read.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { prepare } from "../../src/ir/passes/index.js";
import { seededRandom } from "../../src/models/random.js";
import { Program } from "../../src/runtime/program.js";
import { detection } from "../reference/detection.js";
import { referenceValues } from "../reference/index.js";
import { FLAVOURS, randomTensor, type Flavour } from "../support/graphs.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { invertedResiduals, singleShotDetector } from "../support/networks.js";

const IMAGES = 2;

/** What the outputs should be, output by output, for one image. */
function expectedOutputs(graph: Graph, x: ArrayLike<number>): ArrayLike<number>[] {
  const last = graph.ops.at(-1)!;
  if (last.type !== "detection") return graph.outputs.map((tensor) => referenceValues(graph, [x])[tensor]!);
  const values = referenceValues({ ...graph, ops: graph.ops.slice(0, -1) }, [x]);
  const [encodings, scores] = last.inputs.map((tensor) => values[tensor]!) as [ArrayLike<number>, ArrayLike<number>];
  const { boxes, ...found } = detection(last, graph.tensors, encodings, scores);
  const filled = (numbers: readonly number[], length: number) =>
    [...numbers, ...Array(length).fill(0)].slice(0, length);
  const most = last.maxDetections * last.maxClasses;
  return [
    filled(boxes.flat(), 4 * most),
    filled(found.classes, most),
    filled(found.scores, most),
    [boxes.length],
    encodings,
    scores,
  ];
}

async function expectReferences(graph: Graph, flavour: Flavour, build: (typeof BUILDS)[number], threads: number) {
  const program = await Program.create(batched(graph, IMAGES), modulesOf(build, threads > 1), {
    maxMemory: 2 ** 28,
    keep: [],
    threads,
    batch: IMAGES,
  });
  const inputs = [1, 2].map(
    (seed) => randomTensor("", graph.tensors[graph.inputs[0]!]!.shape, flavour, seededRandom(seed)).data!,
  );
  for (const [image, x] of inputs.entries()) program.inputs[0]!.set(x, image * x.length);
  program.execute();
  for (const [image, x] of inputs.entries()) {
    for (const [i, expected] of expectedOutputs(graph, x).entries()) {
      const got = program.outputs[i]!.slice(image * expected.length, (image + 1) * expected.length);
      if (got instanceof Float32Array) {
        // Some dozens of sums, each within its bound, come to a few roundings of values up to 6.
        for (let k = 0; k < got.length; ++k) expect(Math.abs(got[k]! - expected[k]!)).toBeLessThan(2e-5);
      } else {
        expect(Array.from(got)).toEqual(Array.from(expected));
      }
    }
  }
  expect(new Set(program.outputs.at(-1)).size).toBeGreaterThan(2); // so that they agree on something
  program.dispose();
}

describe.each(BUILDS)("%s", (build) => {
  describe.each(FLAVOURS)("%s", (flavour) => {
    test.each([1, 2])("inverted residuals on %d threads", async (threads) => {
      await expectReferences(invertedResiduals(flavour, 1), flavour, build, threads);
    });

    test.each([1, 2])("a detector on %d threads", async (threads) => {
      await expectReferences(singleShotDetector(flavour, 2), flavour, build, threads);
    });
  });
});

test.each(FLAVOURS)("as files, read back: %s", async (flavour) => {
  for (const graph of [invertedResiduals(flavour, 3), singleShotDetector(flavour, 4)]) {
    await expectReferences(await prepare(await readTflite(writeTflite(graph))), flavour, "simd", 1);
  }
});
