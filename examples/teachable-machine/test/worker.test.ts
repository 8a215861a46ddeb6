/** The Worker as it is uploaded, run in workerd, with an export that the command in README.md compiles. */
import { loadModel } from "mobilenet-simd";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { teachableExport } from "../../../test/support/teachable.js";
import { compileCodecs } from "../../batch/node/codecs.ts";
import { PictureReader } from "../../cloudflare-worker/src/picture.ts";
import { leastSide } from "../../cloudflare-worker/src/questions.ts";
import { ask } from "../../support/http.ts";
import { compileByCommand } from "../../support/models.ts";
import { seededPixels, toJpeg, toPng, toWebp } from "../../support/pictures.ts";
import { bundle, start } from "../../support/workers.ts";

const EXPORT = teachableExport({ labels: ["apple", "pear", "other"] });
const PIXELS = seededPixels(400, 300, 2);

let worker: Miniflare;
let url: URL;

beforeAll(async () => {
  const entries = Object.entries(EXPORT).map(([name, bytes]) => [`my_model/${name}`, bytes]);
  const model = compileByCommand("teachable-machine", Object.fromEntries(entries) as Record<string, Uint8Array>);
  const built = bundle("teachable", { folder: "teachable-machine", files: { "src/model.wasm": model } });
  expect(built.gzipped).toBeLessThan(3 * 2 ** 20); // the free plan
  worker = await start(built);
  url = await worker.ready;
});
afterAll(() => worker?.dispose());

const post = (body: RequestInit["body"]) => ask(url, "/", { method: "POST", body: body! });

/** The labels and scores that the library gives a file in Node, from the export itself. */
async function expectedFor(file: Uint8Array) {
  const net = await loadModel(EXPORT);
  const reader = new PictureReader(await compileCodecs());
  const classes = await reader.show(file, leastSide(net), (image) => net.classify(image));
  return classes.map(({ label, score }) => ({ label, score }));
}

test.each([
  ["JPEG", async () => toJpeg(PIXELS)],
  ["PNG", () => toPng(PIXELS)],
  ["WebP", () => toWebp(PIXELS, { quality: 80 })],
])("a %s gets the score of each label", async (_, encode) => {
  const file = await encode();
  const { status, body } = await post(file);
  expect(status).toBe(200);
  const expected = await expectedFor(file);
  expect(body.classes!.map(({ label }) => label).toSorted()).toEqual(["apple", "other", "pear"]);
  for (const [i, { label, score }] of expected.entries()) {
    expect(body.classes![i]!.label).toBe(label);
    expect(body.classes![i]!.score).toBeCloseTo(score, 5); // relaxed kernels differ in the last bits
  }
});

test("a form with a file gets the same", async () => {
  const file = toJpeg(PIXELS);
  const form = new FormData();
  form.set("photo", new Blob([file]), "photo.jpg");
  expect((await post(form)).body).toEqual((await post(file)).body);
});

test.each<[number, string, RequestInit]>([
  [400, "an empty body", { method: "POST", body: new Uint8Array(0) }],
  [405, "GET", {}],
  [415, "text", { method: "POST", body: "a picture" }],
  [
    422,
    "a damaged picture",
    { method: "POST", body: toJpeg(PIXELS).map((byte, i) => (i > 700 && i < 900 ? 0xff : byte)) },
  ],
])("answers %d to %s, and the next picture", async (status, _, init) => {
  const answer = await ask(url, "/", init);
  expect(answer.status).toBe(status);
  expect(answer.body.error).toBeTruthy();
  expect((await post(toJpeg(PIXELS))).status).toBe(200);
});
