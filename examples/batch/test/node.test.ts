/** The pool and the stream of files, with real threads. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, type Classification } from "mobilenet-simd";
import { compileModel } from "mobilenet-simd/compile";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PictureReader } from "../../cloudflare-worker/src/picture.ts";
import { leastSide } from "../../cloudflare-worker/src/questions.ts";
import { seededModel } from "../../support/models.ts";
import { seededPixels, toJpeg } from "../../support/pictures.ts";
import { compileCodecs } from "../node/codecs.ts";
import { Pool } from "../node/pool.ts";
import { classifyAll } from "../node/stream.ts";

const COUNT = 24;
/** This one is damaged. */
const DAMAGED = 5;

let folder: string;
let model: string;
let files: string[];
let expected: Classification[][];
let pool: Pool;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  model = join(folder, "model.tflite");
  const bytes = seededModel(0.25, 128, "int8");
  writeFileSync(model, bytes);
  const net = await loadModel(bytes);
  const reader = new PictureReader(await compileCodecs());
  files = Array.from({ length: COUNT }, (_, i) => join(folder, `${String(i).padStart(2, "0")}.jpg`));
  expected = [];
  for (const [index, file] of files.entries()) {
    const jpeg = toJpeg(seededPixels(160, 120, index));
    writeFileSync(file, index === DAMAGED ? jpeg.subarray(0, 500) : jpeg);
    expected.push(await reader.show(jpeg, leastSide(net), (image) => net.classify(image)));
  }
  pool = await Pool.start(model, 2);
});
afterAll(async () => {
  await pool?.close();
  rmSync(folder, { recursive: true });
});

const resultOf = (index: number) =>
  index === DAMAGED
    ? { file: files[index], error: expect.stringMatching(/^damaged picture/) }
    : { file: files[index], classes: expected[index] };

test("files go in and results come out in their order, damaged ones with what is wrong", async () => {
  const results = [];
  for await (const result of classifyAll(files, pool)) results.push(result);
  expect(results).toEqual(files.map((_, index) => resultOf(index)));
});

test("a compiled model gives the same results", async () => {
  const file = join(folder, "model.wasm");
  writeFileSync(file, await compileModel(model, { kernels: "relaxed" }));
  const compiled = await Pool.start(file, 1);
  try {
    expect(await compiled.classify(files[0]!)).toEqual({ classes: expected[0] });
  } finally {
    await compiled.close();
  }
});

test("no more names are taken than two for each thread, however slowly results are taken", async () => {
  let taken = 0;
  async function* names() {
    for (const file of files) {
      ++taken;
      yield file;
    }
  }
  let results = 0;
  for await (const _ of classifyAll(names(), pool)) {
    ++results;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken - results).toBeLessThanOrEqual(2 * pool.size);
  }
  expect(results).toBe(COUNT);
});

test("who stops early leaves the pool as it was", async () => {
  for await (const { file } of classifyAll(files, pool)) if (file === files[3]) break;
  expect(await pool.classify(files[0]!)).toEqual({ classes: expected[0] });
});

describe("a pool", () => {
  test("of one thread takes any number of files at once", async () => {
    const single = await Pool.start(model, 1);
    const answers = await Promise.all(files.map((file) => single.classify(file)));
    expect(answers.map((answer, index) => ({ file: files[index], ...answer }))).toEqual(
      files.map((_, i) => resultOf(i)),
    );
    await single.close();
    expect(() => single.classify(files[0]!)).toThrow("closed");
  });

  test("does not start without its model", async () => {
    await expect(Pool.start(join(folder, "none.tflite"), 2)).rejects.toThrow(/ENOENT/);
  });
});

test("the command prints a line for each picture of a folder", () => {
  const script = join(import.meta.dirname, "../node/classify.ts");
  const lines = execFileSync(process.execPath, [script, model, folder], { encoding: "utf8" }).trim().split("\n");
  const results = lines
    .map((line) => JSON.parse(line) as { file: string })
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));
  expect(results).toEqual(files.map((_, index) => resultOf(index)));
});
