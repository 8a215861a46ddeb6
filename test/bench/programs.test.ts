/** The programs whose start bench:compare measures compute the same. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  EMPTY,
  imageProgram,
  moduleProgram,
  tfliteProgram,
  type ModelFiles,
  type Report,
} from "../../bench/compare/process/programs.js";
import { seededNetwork } from "../../bench/models.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { compile, describeCompiled } from "../support/compiled.js";
import { temporaryFolder } from "../support/files.js";
import { loadModel } from "../support/load.js";

const ENTRY = fileURLToPath(new URL("../../build/index.js", import.meta.url));

const folder = temporaryFolder();

function run(program: string): Report {
  const script = join(folder(), "program.mjs");
  writeFileSync(script, program);
  return JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" })) as Report;
}

test("a .tflite file, a compiled module, and one with its image apart", async () => {
  const graph = seededNetwork(0.25, 32, "float32");
  const path = (name: string) => join(folder(), name);
  const input = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => Math.sin(i));
  const apart = await compile(graph, {}, "image.bin");
  const { address, bytes } = describeCompiled(apart.code).image!;
  writeFileSync(path("model.tflite"), writeTflite(graph));
  writeFileSync(path("model.wasm"), (await compile(graph)).code);
  writeFileSync(path("code.wasm"), apart.code);
  writeFileSync(path("image.bin"), apart.image);
  writeFileSync(path("input.bin"), input);
  const files: ModelFiles = {
    tflite: path("model.tflite"),
    module: path("model.wasm"),
    code: path("code.wasm"),
    image: { file: path("image.bin"), address, bytes },
    input: path("input.bin"),
    dtype: "float32",
    outputBytes: 4000,
  };
  const [expected] = (await loadModel(graph, { kernels: "simd" })).run(input);
  const started = process.hrtime.bigint();
  for (const program of [tfliteProgram(ENTRY, files), moduleProgram(files), imageProgram(files)]) {
    const { ended, output } = run(program);
    const values = new Float32Array(new Uint8Array(Buffer.from(output, "base64")).buffer);
    expect(values.length).toBe(1000);
    for (const [i, value] of values.entries()) expect(Math.abs(value - expected!.data[i]!)).toBeLessThan(1e-6);
    expect(BigInt(ended)).toBeGreaterThan(started);
  }
  expect(run(EMPTY).output).toBe("");
});
