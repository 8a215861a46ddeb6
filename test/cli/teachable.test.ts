/** The commands on a folder: an export of Teachable Machine. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { cli } from "../support/cli.js";
import { temporaryFolder } from "../support/files.js";
import { loadModel } from "../support/load.js";
import { flatPng } from "../support/png.js";
import { teachableExport } from "../support/teachable.js";

const LABELS = ["apple", "pear", "other"];
const EXPORT = teachableExport({ size: 64, labels: LABELS });
const folder = temporaryFolder();
const at = (name: string) => join(folder(), name);

beforeAll(() => {
  mkdirSync(at("my_model"));
  for (const [name, bytes] of Object.entries(EXPORT)) writeFileSync(at(`my_model/${name}`), bytes);
});

const IMAGE = { data: Uint8Array.from({ length: 70 * 50 * 3 }, (_, i) => (i * 37) % 256), width: 70, height: 50 };

test("classify prints its labels", async () => {
  const [width, height] = [70, 50];
  writeFileSync(at("black.png"), flatPng({ width, height, bitDepth: 8, colourType: 2 }));
  const { code, stdout } = await cli(["classify", "--model", at("my_model/"), "--json", at("black.png")]);
  expect(code).toBe(0);
  const net = await loadModel(EXPORT);
  const { classes } = JSON.parse(stdout) as { classes: ReturnType<typeof net.classify> };
  const expected = net.classify({ data: new Uint8Array(width * height * 3), width, height });
  expect(classes.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
  for (const [i, { score }] of expected.entries()) expect(classes[i]!.score).toBeCloseTo(score, 5);
});

test("inspect counts its labels", async () => {
  const { stdout } = await cli(["inspect", at("my_model"), "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ labels: 3, inputs: [{ shape: [1, 64, 64, 3] }] });
});

test("compile keeps labels, crop and normalisation", async () => {
  const { code } = await cli(["compile", at("my_model/"), "-o", at("model.wasm")]);
  expect(code).toBe(0);
  const [net, compiled] = [await loadModel(EXPORT, { kernels: "simd" }), await loadModel(at("model.wasm"))];
  expect(compiled.classify(IMAGE)).toEqual(net.classify(IMAGE));
});

test("convert writes a .tflite file with the same outputs", async () => {
  const { code } = await cli(["convert", at("my_model"), "-o", at("model.tflite")]);
  expect(code).toBe(0);
  const [net, converted] = [await loadModel(EXPORT), await loadModel(at("model.tflite"))];
  const input = Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.sin(i));
  expect(converted.run(input)[0]!.data).toEqual(net.run(input)[0]!.data);
});

test.each(["convert", "compile"])("%s overwrites none of its files", async (command) => {
  const { code, stderr } = await cli([command, at("my_model"), "-o", at("my_model/weights.bin"), "--force"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/weights\.bin is an input, which is never overwritten/);
  expect(readFileSync(at("my_model/weights.bin")).equals(EXPORT["weights.bin"])).toBe(true);
});
