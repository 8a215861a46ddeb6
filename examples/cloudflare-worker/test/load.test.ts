/** Uploads that stall, forms, and files that are cheap to send and expensive to decode, against the Worker in workerd. */
import { request, type ClientRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJpeg } from "../../../src/cli/jpeg.ts";
import { flatJpeg, type FlatJpeg } from "../../../test/support/jpeg.ts";
import { flatPng } from "../../../test/support/png.ts";
import { ask, load } from "../../support/http.ts";
import { seededModel } from "../../support/models.ts";
import { seededPixels, toJpeg } from "../../support/pictures.ts";
import { cpuOf, workerdProcesses } from "../../support/process.ts";
import { bundle, start } from "../../support/workers.ts";
import { readHeader } from "../src/header.ts";

const MODEL = seededModel(0.25, 128, "int8");
const JPEG = toJpeg(seededPixels(400, 300, 1));
const isLinux = process.platform === "linux";

let worker: Miniflare;
let url: URL;
beforeAll(async () => {
  worker = await start(bundle("load", { folder: "cloudflare-worker", env: "bucket" }), ({ bindings }) => ({
    bindings: { ...(bindings as object), MODEL_CHECK_SECONDS: 0.2 },
  }));
  url = await worker.ready;
  await (await worker.getR2Bucket("MODELS")).put("model.tflite", MODEL);
  expect((await ask(url, "/health")).status).toBe(200);
});
afterAll(() => worker?.dispose());

const post = (body: NonNullable<RequestInit["body"]>, headers: Record<string, string> = {}) =>
  ask(url, "/classify", { method: "POST", body, headers });

/** An upload that sends some bytes and no more. */
function stall(bytes: number): { readonly sent: ClientRequest; readonly status: Promise<number> } {
  let resolve: (status: number) => void;
  const status = new Promise<number>((settle) => (resolve = settle));
  const headers = { "content-length": 8 * 2 ** 20 };
  const sent = request(new URL("/classify", url), { method: "POST", headers }, (response) => {
    resolve(response.statusCode!);
    sent.destroy();
  });
  sent.on("error", () => resolve(0));
  sent.write(new Uint8Array(bytes));
  return { sent, status };
}

test("three stalled uploads that hold all memory give it up to others, and end with 408 or 503", async () => {
  const stalled = Array.from({ length: 3 }, () => stall(8 * 2 ** 20 - 1));
  await sleep(700); // they are there
  const { failures, p99 } = await load(new URL("/classify", url), [JPEG], { connections: 4, requests: 300 });
  console.info(`300 requests beside three stalled uploads: ${failures} failures, p99 ${p99.toFixed(0)} ms`);
  expect(failures).toBe(0);
  const statuses = await Promise.all(stalled.map(({ status }) => status));
  for (const status of statuses) expect([408, 503]).toContain(status);
});

test("an upload that trickles ends with 408", async () => {
  const { sent, status } = stall(1000);
  const drip = setInterval(() => sent.write(new Uint8Array(10)), 100);
  expect(await status).toBe(408);
  clearInterval(drip);
});

describe("a form", () => {
  test("with a picture among other fields is as good as the picture", async () => {
    const form = new FormData();
    form.append("comment", "\r\n--not the boundary");
    form.append("image", new Blob([JPEG]), "cat.jpg");
    form.append("after", "x");
    const answer = await post(form);
    expect([answer.status, answer.body]).toEqual([200, (await post(JPEG)).body]);
  });

  const form = (body: string) => post(body, { "content-type": "multipart/form-data; boundary=x" });
  test.each([
    ["without a file", '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--'],
    ["with an empty file", '--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n\r\n--x--'],
    ["without an end", '--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n123'],
    ["without its boundary", "hello"],
    ["that ends in a head", "--x\r\nContent-Disp"],
  ])("%s is refused with 400", async (_, body) => {
    expect(await form(body)).toMatchObject({ status: 400, body: { error: expect.stringMatching(/form/) } });
  });
});

describe("a file that costs too much", () => {
  const size = { width: 2400, height: 2400 };
  test.each<[string, () => Uint8Array<ArrayBuffer>]>([
    ["3000 scans of AC coefficients", () => flatJpeg({ ...size, scans: 3000 })],
    ["400 scans of a baseline JPEG", () => flatJpeg({ width: 500, height: 500, progressive: false, scans: 400 })],
    ["a progressive CMYK JPEG", () => flatJpeg({ ...size, components: 4 })],
    ["a PNG of 16 bits", () => flatPng({ ...size, bitDepth: 16, colourType: 6 })],
  ])("is refused with 413: %s", async (name, make) => {
    const file = make();
    const pid = isLinux ? workerdProcesses()[0]! : undefined;
    const before = pid === undefined ? 0 : cpuOf(pid);
    const { status } = await post(file);
    if (pid !== undefined)
      console.info(`${name}, ${file.length} bytes: ${(cpuOf(pid) - before).toFixed(0)} ms of CPU time`);
    expect(status).toBe(413);
  });

  test.each<[string, () => Uint8Array<ArrayBuffer>]>([
    ["12 scans", () => flatJpeg({ width: 2000, height: 1500, components: 3, scans: 12 })],
    ["a CMYK JPEG", () => flatJpeg({ width: 1200, height: 900, components: 4, progressive: false })],
    ["a PNG of 16 bits", () => flatPng({ width: 1600, height: 1200, bitDepth: 16, colourType: 6 })],
  ])("is not one of ordinary size: %s", async (_, make) => {
    expect((await post(make())).status).toBe(200);
  });
});

test.each<FlatJpeg>([
  { width: 90, height: 70, components: 1, scans: 40 },
  { width: 90, height: 70, components: 3, scans: 7 },
  { width: 70, height: 90, components: 4, scans: 3, progressive: false },
])("the Worker and the command line read the same from %j", (kind) => {
  const file = flatJpeg(kind);
  for (let length = 400; length <= file.length; length += 7) {
    const { width, height, scans, components } = readHeader(file.subarray(0, length))!;
    expect(readJpeg(file.subarray(0, length))).toMatchObject({ width, height, components });
    expect(scans).toBe(Math.max(1, readJpeg(file.subarray(0, length))!.scans));
  }
});

test("a model that is replaced in the bucket answers soon; a damaged or deleted one leaves the last", async () => {
  const models = await worker.getR2Bucket("MODELS");
  const sideOf = async () => {
    const { body } = await ask(url, "/health");
    return (body as unknown as { model: { inputs: { shape: number[] }[] } }).model.inputs[0]!.shape[1];
  };
  expect(await sideOf()).toBe(128);
  await models.put("model.tflite", seededModel(0.25, 96, "int8"));
  await expect.poll(sideOf, { timeout: 10_000, interval: 100 }).toBe(96);
  await models.put("model.tflite", MODEL.slice(0, 1000));
  for (let i = 0; i < 10; ++i, await sleep(100)) expect(await sideOf()).toBe(96);
  await models.delete("model.tflite");
  for (let i = 0; i < 10; ++i, await sleep(100)) expect(await sideOf()).toBe(96);
  await models.put("model.tflite", MODEL);
  await expect.poll(sideOf, { timeout: 10_000, interval: 100 }).toBe(128);
});
