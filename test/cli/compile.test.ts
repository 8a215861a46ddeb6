/** mobilenet-simd compile: files that load, and arguments that are refused. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { cli } from "../support/cli.js";
import { temporaryFolder } from "../support/files.js";
import { loadModel } from "../support/load.js";

const folder = temporaryFolder();
const at = (name: string) => join(folder(), name);

function model(): string {
  writeFileSync(at("small.tflite"), writeTflite(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 4 })));
  return at("small.tflite");
}

test("a module with its image beside it, a header and labels", async () => {
  writeFileSync(at("labels.txt"), 'one\ntwo "2"\nthree\nfour\n');
  const files = ["-o", at("small.wasm"), "--image", at("small.bin"), "--header", at("small.h")];
  const result = await cli([
    "compile",
    model(),
    ...files,
    "--labels",
    at("labels.txt"),
    "--mean",
    "1,2,3",
    "--std",
    "4",
  ]);
  expect(result).toMatchObject({ code: 0 });
  for (const name of ["small.wasm", "small.bin", "small.h"]) expect(result.stdout).toContain(name);
  const net = await loadModel(at("small.wasm"));
  expect(net.labels).toEqual(["one", 'two "2"', "three", "four"]);
  const picture = { data: new Uint8Array(300).fill(9), width: 10, height: 10 };
  const options = { kernels: "simd", normalization: { mean: [1, 2, 3], std: 4 } } as const;
  const scores = (await loadModel(model(), options)).classify(picture).map(({ score }) => score);
  expect(net.classify(picture).map(({ score }) => score)).toEqual(scores);
  const header = readFileSync(at("small.h"), "utf8");
  expect(header).toContain("#define SMALL_INPUT0_BYTES 12288u");
  expect(header).toContain('"two \\0422\\042",');
});

test("the model is never overwritten", async () => {
  const before = readFileSync(model());
  const result = await cli(["compile", model(), "-o", at("small.tflite")]);
  expect(result).toMatchObject({ code: 2 });
  expect(readFileSync(at("small.tflite"))).toEqual(before);
  expect(await cli(["compile", model(), "-o", at("a.wasm"), "--header", at("a.wasm")])).toMatchObject({ code: 2 });
});

test.each([
  [[], "-o expected"],
  [["-o", "a.wasm", "--kernels", "wide"], "--kernels expected simd or relaxed"],
  [["-o", "a.wasm", "--image", "../b.bin"], "--image expected a file in the folder"],
  [["-o", "a.wasm", "--mean", "1"], "--mean and --std"],
  [["-o", "a.wasm", "--mean", "1,2", "--std", "1"], "--mean expected a number or three"],
])("%j is refused", async (args, message) => {
  const result = await cli(["compile", model(), ...args], {}, folder());
  expect(result).toMatchObject({ code: 2 });
  expect(result.stderr).toContain(message);
});
