/** mobilenet-simd convert: what it writes gives what the model gave, bit for bit. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import type { Network } from "../../src/api/network.js";
import { temporaryFolder } from "../support/files.js";
import { functional, SMALL, SMALL_WEIGHTS } from "../support/keras.js";
import { loadModel } from "../support/load.js";
import { NAMES, storeSafetensors, torchMobileNet } from "../support/safetensors.js";
import { describeShared, sharedPath } from "../support/shared.js";
import { FUSED, GRAPH_WEIGHTS, signature } from "../support/tensorflow.js";
import { storeModel } from "../support/weights.js";

const CLI = join(import.meta.dirname, "../../build/cli.js");
const folder = temporaryFolder();

async function convert(...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [CLI, "convert", "--force", ...args])).stdout;
}

/** Writes the files of a model, and returns the path of the first. */
function written(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const paths = Object.keys(files).map((file) => join(folder(), name, file));
  mkdirSync(dirname(paths[0]!), { recursive: true });
  for (const [index, bytes] of Object.values(files).entries()) writeFileSync(paths[index]!, bytes);
  return paths[0]!;
}

/** Outputs for a picture that no rounding favours. */
function answers(net: Network) {
  const [{ shape, dtype }] = net.inputs as [Network["inputs"][number]];
  const indices = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
  const bytes = () => indices.map((i) => (i * 37) % 251);
  const input = {
    float32: () => Float32Array.from(indices, (i) => Math.sin(i * i)),
    uint8: () => Uint8Array.from(bytes()),
    int8: () => Int8Array.from(bytes()),
  }[dtype as "float32"]();
  return net.run(input).map(({ shape: size, data }) => ({ size, data }));
}

async function expectSame(model: string): Promise<void> {
  const output = join(folder(), "out.tflite");
  expect(await convert(model, "-o", output)).toMatch(/out\.tflite: [\d,]+ bytes\n$/);
  const [before, after] = [await loadModel(model), await loadModel(output)];
  expect(answers(after)).toEqual(answers(before));
  expect(after.layers.map(({ type }) => type)).toEqual(before.layers.map(({ type }) => type));
  // Only what the layers need is in the file: little more than four bytes for each parameter.
  if (before.layers.every(({ dtype }) => dtype === "float32")) {
    const parameters = before.layers.reduce((sum, layer) => sum + layer.parameters, 0);
    expect(statSync(output).size).toBeLessThan(4 * parameters + 30_000);
  }
}

describe("converted models give the same bits", () => {
  test.each<[string, () => Readonly<Record<string, Uint8Array>>]>([
    ["tflite", () => ({ "a.tflite": writeTflite(mobileNetV1({ alpha: 0.25, resolution: 64, classes: 6 })) })],
    ["layers", () => storeModel(functional(SMALL), SMALL_WEIGHTS)],
    ["graph", () => storeModel({ node: FUSED }, GRAPH_WEIGHTS, { signature: signature("Identity") })],
    ["safetensors", () => ({ "a.safetensors": storeSafetensors(torchMobileNet(NAMES.timm), "F32") })],
  ])("%s", async (name, files) => {
    await expectSame(written(name, files()));
  });
});

describeShared("real models", () => {
  test.each([
    ["keras_mobilenet_v1_1.0_224", "model.json"],
    ["vww_96_float.tflite"],
    ["vww_96_int8.tflite"],
    ["mobilenet_v1_0.25_128_quant.tflite"],
  ])("%s", async (...path) => {
    await expectSame(sharedPath("models", ...path));
  });
});

test("--float16 halves the file and changes little", async () => {
  const model = written("half", { "a.tflite": writeTflite(mobileNetV1({ alpha: 0.25, resolution: 64, classes: 6 })) });
  const output = join(folder(), "half.tflite");
  await convert(model, "--float16", "--output", output);
  expect(statSync(output).size).toBeLessThan(0.6 * statSync(model).size);
  const [[before], [after]] = [answers(await loadModel(model)), answers(await loadModel(output))];
  // Each weight is off by at most 2^-11 of itself.
  for (const [i, value] of before!.data.entries()) expect(Math.abs(after!.data[i]! - value)).toBeLessThan(0.01);
  const again = join(folder(), "again.tflite");
  await convert(output, "--float16", "-o", again);
  expect(readFileSync(again)).toEqual(readFileSync(output));
});

test.each([
  [["-o", "x"], 2, /expected one model file, got 0/],
  [["x"], 2, /-o expected the file to write, got none/],
  [["x", "-o", "y", "--int8"], 2, /--int8/],
  [["/nowhere/model.json", "-o", "y"], 1, /ENOENT/],
])("%j is refused: exit code %i", async (args, code, stderr) => {
  await expect(convert(...args)).rejects.toMatchObject({ code, stderr: expect.stringMatching(stderr) as string });
});
