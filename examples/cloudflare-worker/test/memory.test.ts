/** What the whole workerd process takes, with the bucket that Miniflare simulates in it: more than an isolate of 128 MB has. */
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../../support/http.ts";
import { seededModel } from "../../support/models.ts";
import { seededPixels, toJpeg, toPng, toWebp } from "../../support/pictures.ts";
import { memoryOf, workerdProcesses } from "../../support/process.ts";
import { bundle, start } from "../../support/workers.ts";

const MB = 1e6;
const MODEL = seededModel(1, 224, "float32");
const PIXELS = seededPixels(1600, 1200, 1);
const isLinux = process.platform === "linux";
if (!isLinux) console.warn("skipping what memory the Worker takes: no /proc");

let worker: Miniflare;
let url: URL;
let pid: number;

const post = (body: Uint8Array<ArrayBuffer>) => ask(url, "/classify", { method: "POST", body });
const grownSince = (before: number) => (memoryOf(pid).peak - before) / MB;

beforeAll(async () => {
  worker = await start(bundle("memory", { folder: "cloudflare-worker", env: "bucket" }));
  url = await worker.ready;
  pid = workerdProcesses()[0]!;
  await (await worker.getR2Bucket("MODELS")).put("model.tflite", MODEL);
  await ask(url, "/"); // the isolate is there
});
afterAll(() => worker?.dispose());

test.skipIf(!isLinux)("1.0/224 in float32 and pictures of 2 million pixels fit in an isolate", async () => {
  const before = memoryOf(pid).resident;
  const { body } = await ask(url, "/health");
  const loaded = grownSince(before);
  const { total } = (body as unknown as { memory: { total: number } }).memory;
  expect((total + MODEL.length) / MB).toBeLessThan(64);
  for (const file of [toJpeg(PIXELS), await toPng(PIXELS), await toWebp(PIXELS, { quality: 80 })]) {
    for (let i = 0; i < 5; ++i) expect((await post(file)).status).toBe(200);
  }
  const used = grownSince(before);
  const [linear, model] = [total / MB, MODEL.length / MB];
  console.info(
    `1.0/224 float32: model ${model.toFixed(1)} MB, linear memory ${linear.toFixed(1)} MB; ` +
      `workerd grew by at most ${loaded.toFixed(1)} MB to load it, ${used.toFixed(1)} MB with pictures`,
  );
  expect(used).toBeLessThan(128);
});

test.skipIf(!isLinux)("hundreds of damaged pictures leave nothing behind", async () => {
  const sound = [toJpeg(PIXELS), await toPng(PIXELS), await toWebp(PIXELS, { quality: 80 })];
  const damaged = sound.map((file) => file.slice(0, file.length * 0.9));
  const flood = async (rounds: number) => {
    for (let i = 0; i < rounds; ++i) {
      const answers = await Promise.all(damaged.map((file) => post(file)));
      for (const { status } of answers) expect(status).toBe(422);
    }
  };
  await flood(20);
  const before = memoryOf(pid).resident;
  await flood(100);
  const grown = (memoryOf(pid).resident - before) / MB;
  console.info(`after 300 damaged pictures more: ${grown.toFixed(1)} MB`);
  expect(grown).toBeLessThan(64);
  for (const file of sound) expect((await post(file)).status).toBe(200);
});
