/** The Worker as it is uploaded, run in workerd, with the model that the commands in README.md fetch and compile. */
import { loadModel } from "mobilenet-simd";
import type { Miniflare } from "miniflare";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../../support/http.ts";
import { compileByCommand } from "../../support/models.ts";
import { seededPixels, toJpeg, toPng } from "../../support/pictures.ts";
import { bundle, start } from "../../support/workers.ts";
import { inputOf } from "../src/input.ts";

const LABELS = ["Drawing", "Hentai", "Neutral", "Porn", "Sexy"];

const folder = mkdtempSync(join(tmpdir(), "moderation-"));
let worker: Miniflare;
let url: URL;

beforeAll(async () => {
  execFileSync(process.execPath, [join(import.meta.dirname, "../prepare.ts"), folder], { stdio: "inherit" });
  const files = readdirSync(folder).map((name) => [`model/${name}`, readFileSync(join(folder, name))]);
  const model = compileByCommand("moderation", Object.fromEntries(files) as Record<string, Uint8Array>);
  const built = bundle("moderation", { folder: "moderation", files: { "src/model.wasm": model } });
  expect(built.gzipped).toBeLessThan(10 * 2 ** 20); // the paid plan
  console.info(`the Worker for moderation: ${built.bytes} bytes, ${built.gzipped} gzipped`);
  worker = await start(built);
  url = await worker.ready;
});
afterAll(async () => {
  await worker?.dispose();
  rmSync(folder, { recursive: true });
});

const post = (body: RequestInit["body"]) => ask(url, "/", { method: "POST", body: body! });

test("rates pictures as the library does in Node", async () => {
  const net = await loadModel(folder);
  for (const seed of [1, 2, 3, 4, 5]) {
    const pixels = seededPixels(300 + seed, 260, seed);
    const { status, body } = await post(await toPng(pixels));
    expect(status).toBe(200);
    const expected = net.run(inputOf(pixels))[0]!.data;
    const scores = body.classes!.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(body.classes!.map(({ label }) => label).toSorted()).toEqual(LABELS);
    for (const { label, score } of body.classes!) expect(score).toBeCloseTo(expected[LABELS.indexOf(label!)]!, 5);
  }
});

test("rates a JPEG much larger than the input, and refuses other files", async () => {
  const { status, body } = await post(toJpeg(seededPixels(1600, 1200, 6)));
  expect([status, body.classes!.length]).toEqual([200, 5]);
  expect((await post("no picture")).status).toBe(415);
});
