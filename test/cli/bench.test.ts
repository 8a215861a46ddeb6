/** mobilenet-simd bench: what it prints, whatever the times are. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FAMILY, timeNetworks, type Timing } from "../../src/cli/timing.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { quantized } from "../../src/models/quantized.js";
import { cli } from "../support/cli.js";
import { temporaryFolder } from "../support/files.js";
import { loadModel } from "../support/load.js";

const folder = temporaryFolder();
const small = () => mobileNetV1({ alpha: 0.25, resolution: 32, classes: 6 });

function storedModel(): string {
  const file = join(folder(), "small.tflite");
  writeFileSync(file, writeTflite(small()));
  return file;
}

interface Report {
  readonly version: string;
  readonly runtime: string;
  readonly processors: number;
  readonly timings: readonly Timing[];
}

test("a table for an issue", async () => {
  const { code, stdout, stderr } = await cli(["bench", "--model", storedModel(), "--time", "1"]);
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^mobilenet-simd \d+\.\d+\.\d+, \d{4}-\d\d-\d\d$/);
  expect(lines[1]).toMatch(
    new RegExp(`^Node ${process.versions.node}, ${process.platform} ${process.arch}, .*\\d processors?$`),
  );
  expect(lines[2]).toMatch(/^kernels (simd|relaxed); byte products none/);
  expect(lines[4]).toMatch(/^ms a run: minimum, median +1 thread +median/);
  expect(lines[5]).toMatch(/^small\.tflite( +\d+(\.\d+)?)+$/);
  expect(lines.length).toBe(6);
});

test("the same as JSON", async () => {
  const { code, stdout } = await cli(["bench", "--model", storedModel(), "--time", "1", "--json"]);
  expect(code).toBe(0);
  const { runtime, processors, timings } = JSON.parse(stdout) as Report;
  expect(runtime).toBe(`Node ${process.versions.node}`);
  expect(processors).toBeGreaterThan(0);
  expect(timings.map(({ network }) => network)).toEqual(timings.map(() => "small.tflite"));
  expect(timings[0]!.threads).toBe(1);
});

test("each network on one thread, and on more where there are more", async () => {
  const subjects = [
    { name: "float32", model: small },
    { name: "int8", model: () => quantized(small()) },
  ];
  const timings: Timing[] = [];
  for await (const timing of timeNetworks(loadModel, subjects, 1)) timings.push(timing);
  const all = (await loadModel(small(), { threads: "auto" })).runtime.threads;
  const threads = all > 1 ? [1, all] : [1];
  expect(timings.map((timing) => [timing.network, timing.threads])).toEqual(
    ["float32", "int8"].flatMap((name) => threads.map((count) => [name, count])),
  );
  for (const { min, median, runs } of timings) {
    expect(min).toBeGreaterThan(0);
    expect(median).toBeGreaterThanOrEqual(min);
    expect(runs).toBeGreaterThanOrEqual(5);
  }
});

test("the family is the one of the benchmarks", () => {
  expect(FAMILY.map(({ name }) => name)).toEqual([
    "1.0/224 float32",
    "1.0/224 int8",
    "0.5/160 float32",
    "0.5/160 int8",
    "0.25/128 float32",
    "0.25/128 int8",
  ]);
});

test.each([
  [["--time", "0"], /--time expected a whole number from 1, got 0/],
  [["photo.jpg"], /expected options only, got photo\.jpg/],
])("%j is refused", async (args, message) => {
  const { code, stderr } = await cli(["bench", ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
