/** What `mobilenet-simd convert` writes, in TensorFlow Lite itself: tfjs-tflite, with XNNPACK. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startTflite } from "../../bench/compare/engines/tflite.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { elementCount } from "../../src/ir/tensor.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { temporaryFolder } from "../support/files.js";
import { functional, SMALL, SMALL_WEIGHTS } from "../support/keras.js";
import { loadModel } from "../support/load.js";
import { NAMES, storeSafetensors, torchMobileNet } from "../support/safetensors.js";
import { describeShared, sharedPath } from "../support/shared.js";
import { FUSED, GRAPH_WEIGHTS, signature } from "../support/tensorflow.js";
import { storeModel } from "../support/weights.js";

const CLI = join(import.meta.dirname, "../../build/cli.js");
const ENGINE = createRequire(import.meta.url).resolve("@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc_simd.js");
const folder = temporaryFolder();

/** Both engines on a converted file: the outputs agree within 1e-5, or that share of the largest. */
async function expectAgreement(model: string, ...options: string[]): Promise<void> {
  const file = join(folder(), "out.tflite");
  execFileSync(process.execPath, [CLI, "convert", model, "-o", file, "--force", ...options], { stdio: "ignore" });
  const net = await loadModel(file);
  const input = Float32Array.from({ length: elementCount(net.inputs[0]!.shape) }, (_, i) => Math.sin(i * i));
  const ours = Array.from(net.run(input)[0]!.data);
  const theirs = (await startTflite(ENGINE, readFileSync(file), 1))(input);
  expect(theirs.length).toBe(ours.length);
  const scale = Math.max(1, ...ours.map(Math.abs));
  const worst = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)), 0);
  expect(worst / scale).toBeLessThan(1e-5);
  expect(new Set(ours).size).toBeGreaterThan(1); // so that they agree on something
}

const MODELS: readonly [string, () => Readonly<Record<string, Uint8Array>>][] = [
  [
    "a network of our own",
    () => ({ "a.tflite": writeTflite(mobileNetV1({ alpha: 0.5, resolution: 96, classes: 50 })) }),
  ],
  ["a layers model", () => storeModel(functional(SMALL), SMALL_WEIGHTS)],
  ["a graph model", () => storeModel({ node: FUSED }, GRAPH_WEIGHTS, { signature: signature("Identity") })],
  ["symmetric padding, from PyTorch", () => ({ "a.safetensors": storeSafetensors(torchMobileNet(NAMES.timm), "F32") })],
];

test.each(
  MODELS.flatMap(([name, files]) => [
    [name, files, []] as const,
    [`${name}, --float16`, files, ["--float16"]] as const,
  ]),
)("%s", async (name, files, options) => {
  const stored = Object.entries(files()).map(([file, bytes]) => [join(folder(), name, file), bytes] as const);
  mkdirSync(dirname(stored[0]![0]), { recursive: true });
  for (const [path, bytes] of stored) writeFileSync(path, bytes);
  await expectAgreement(stored[0]![0], ...options);
});

describeShared("the MobileNet of Keras", () => {
  test.each([[[]], [["--float16"]]])("%j", async (options) => {
    await expectAgreement(sharedPath("models", "keras_mobilenet_v1_1.0_224", "model.json"), ...options);
  });
});
