/** What TensorFlow Lite's XNNPACK answers for 131 inputs, byte for byte. */
import { expect, test } from "vitest";
import { readTflite } from "../../src/formats/tflite/read.js";
import { prepare } from "../../src/ir/passes/index.js";
import { Program } from "../../src/runtime/program.js";
import { expectGolden, goldenInputs, GOLDEN_MODELS, inputOf } from "../support/goldens.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { describeShared, sharedBytes } from "../support/shared.js";

describeShared.each(BUILDS)("outputs, %s", (build) => {
  test.each(Object.keys(GOLDEN_MODELS))("%s", async (name) => {
    const graph = await prepare(await readTflite(sharedBytes("models", `${name}.tflite`)), undefined);
    const program = await Program.create(graph, modulesOf(build), { maxMemory: 2 ** 30, keep: [] });
    const size = graph.tensors[graph.inputs[0]!]!.shape[1]!;
    const inputs = goldenInputs();
    expect(inputs.length).toBe(131);
    for (const input of inputs) {
      program.inputs[0]!.set(inputOf(input, GOLDEN_MODELS[name]!, size));
      program.execute();
      const { buffer, byteOffset, byteLength } = program.outputs[0]!;
      expectGolden(name, input, new Uint8Array(buffer, byteOffset, byteLength));
    }
  });
});
