/** The demo without a network, and the commands that take models by name. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import classify from "../../src/cli/classify.js";
import demo from "../../src/cli/demo-classify.js";
import inspect from "../../src/cli/inspect.js";
import models from "../../src/cli/models.js";
import { MODELS } from "../../src/models/registry.js";
import { describeShared, sharedPath } from "../support/shared.js";

const SMALL = "mobilenet_v1_0.25_128_quant";

let folder: string;
let photo: string;
let output: () => string;
let errors: () => string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  vi.stubEnv("MOBILENET_SIMD_CACHE", folder);
  vi.stubEnv("MOBILENET_SIMD_MODEL", undefined);
  vi.stubGlobal("fetch", () => Promise.reject(new Error("no network")));
  photo = join(folder, "photo.jpg");
  writeFileSync(photo, jpeg.encode({ data: new Uint8Array(64 * 64 * 4), width: 64, height: 64 }).data);
  [output, errors] = [process.stdout, process.stderr].map((stream) => {
    const spy = vi.spyOn(stream, "write").mockReturnValue(true);
    return () => spy.mock.calls.map(([chunk]) => String(chunk)).join("");
  }) as [() => string, () => string];
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test("without a network, the demo says what to do and runs with random weights", async () => {
  const code = await demo.run([photo]);
  expect(errors()).toContain(MODELS[SMALL].url);
  expect(errors()).toContain(`--model ${SMALL}.tflite`);
  expect(errors()).toContain("RANDOM WEIGHTS");
  expect(output()).toMatch(/photo\.jpg\n( +\d+\.\d %  \d+\n){5}/);
  expect(code).toBe(0);
});

test("without a network, classify names the address of its default model", async () => {
  await expect(classify.run([photo])).rejects.toThrow(
    /^cannot fetch https:\/\/.*\/mobilenet_v2_1\.0_224_quant\.tflite: no network$/,
  );
});

test("models lists names, sizes, licences, and what the cache has", async () => {
  writeFileSync(join(folder, `${SMALL}.tflite`), new Uint8Array(MODELS[SMALL].bytes));
  expect(await models.run([])).toBe(0);
  expect(output()).toMatch(/\nmobilenet_v1_0\.25_128_quant +classification +0\.5 MB +Apache-2\.0 +cached\n/);
  expect(output()).toMatch(/\nmovenet_single_pose_lightning_ptq +pose +2\.9 MB +Apache-2\.0\n/);
});

test("models --json gives an object a line", async () => {
  expect(await models.run(["--json"])).toBe(0);
  const lines = output().trim().split("\n");
  expect(lines.length).toBe(Object.keys(MODELS).length);
  expect(JSON.parse(lines[0]!)).toEqual({ name: SMALL, ...MODELS[SMALL], cached: false });
});

describeShared("with models in the cache", () => {
  beforeEach(() => {
    copyFileSync(sharedPath("models", `${SMALL}.tflite`), join(folder, `${SMALL}.tflite`));
    const name = "mobilenet_v2_1.0_224_quant.tflite";
    copyFileSync(sharedPath("models", "zoo", name), join(folder, name));
  });

  test.each([
    ["the default one", []],
    ["one by name", ["--model", SMALL]],
  ])("classify takes %s", async (_, args) => {
    expect(await classify.run([photo, ...args])).toBe(0);
    expect(output()).toMatch(/photo\.jpg\n( +\d+\.\d %  [a-z][^\n]*\n){5}$/);
  });

  test("the demo runs with its weights", async () => {
    expect(await demo.run([photo])).toBe(0);
    expect(errors()).toBe("");
    expect(output()).toMatch(/photo\.jpg\n( +\d+\.\d %  [a-z][^\n]*\n){5}$/);
  });

  test("inspect takes a name", async () => {
    expect(await inspect.run([SMALL])).toBe(0);
    expect(output()).toContain("1×128×128×3");
  });
});
