/** What TensorFlow Lite's XNNPACK answers for 131 inputs, byte for byte. */
import { expect, test } from "vitest";
import { readTflite } from "../../src/formats/tflite/read.js";
import { prepare } from "../../src/ir/passes/index.js";
import { Program } from "../../src/runtime/program.js";
import { goldenInputs, rgbOf, sha256, type GoldenInput } from "../support/inputs.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { describeShared, HAVE_SHARED, sharedBytes, sharedFloats, sharedJson } from "../support/shared.js";

interface GoldenModel {
  readonly dtype: string;
  readonly elements_per_row: number;
  readonly bytes_per_row: number;
  readonly input_hash_key: string;
}

const MODELS = HAVE_SHARED ? sharedJson<Record<string, GoldenModel>>("golden", "outputs.json") : {};

/** The input tensor of a model for a golden input; its hash is checked, so that a difference is the network's. */
function inputOf(input: GoldenInput, model: GoldenModel, size: number): Float32Array | Uint8Array | Int8Array {
  const rgb = rgbOf(input, size);
  const tensor = {
    float32: () => Float32Array.from(rgb, (byte) => byte / 255),
    int8: () => Int8Array.from(rgb, (byte) => byte - 128),
    uint8: () => rgb,
  }[model.dtype]!();
  expect(sha256(tensor), input.name).toBe(input.sha256[model.input_hash_key]);
  return tensor;
}

describeShared.each(BUILDS)("outputs, %s", (build) => {
  test.each(Object.keys(MODELS))("%s", async (name) => {
    const model = MODELS[name]!;
    const graph = prepare(readTflite(sharedBytes("models", `${name}.tflite`)));
    const program = await Program.create(graph, modulesOf(build), { maxMemory: 2 ** 30, keep: [] });
    const size = graph.tensors[graph.inputs[0]!]!.shape[1]!;
    const inputs = goldenInputs();
    expect(inputs.length).toBe(131);
    const floats = model.dtype === "float32" && sharedFloats("golden", "outputs", "xnnpack", `${name}.bin`);
    const golden = sharedBytes("golden", "outputs", "xnnpack", `${name}.bin`);
    for (const input of inputs) {
      program.inputs[0]!.set(inputOf(input, model, size));
      program.execute();
      const output = program.outputs[0]!;
      if (floats) {
        const start = input.index * model.elements_per_row;
        for (const [i, value] of output.entries()) expect(Math.abs(value - floats[start + i]!)).toBeLessThan(5e-6);
      } else {
        const start = input.index * model.bytes_per_row;
        const bytes = new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
        const same = Buffer.compare(bytes, golden.subarray(start, start + model.bytes_per_row)) === 0;
        expect(same, `${name} on ${input.name}`).toBe(true);
      }
    }
  });
});
