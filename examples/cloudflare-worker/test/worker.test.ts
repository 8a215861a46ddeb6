/** The Worker as it is uploaded, run in workerd: what it answers, and that it goes on after everything it refuses. */
import { loadModel, type Network } from "mobilenet-simd";
import { compileModel } from "mobilenet-simd/compile";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileCodecs } from "../../batch/node/codecs.ts";
import { ask, load, postUnended, type Answer } from "../../support/http.ts";
import { compileByCommand, seededModel, sharedFile } from "../../support/models.ts";
import { oriented, seededPixels, toJpeg, toPng, toWebp } from "../../support/pictures.ts";
import { bundle, start, type Bundle } from "../../support/workers.ts";
import { PictureReader } from "../src/picture.ts";
import { leastSide } from "../src/questions.ts";

const MODEL = seededModel(0.25, 128, "int8");
const PIXELS = seededPixels(400, 300, 1);
const JPEG = toJpeg(PIXELS);

let built: Bundle;
let worker: Miniflare;
let url: URL;
let net: Network;
let reader: PictureReader;

beforeAll(async () => {
  built = bundle("compiled", { folder: "cloudflare-worker", files: { "src/model.wasm": await compile(MODEL) } });
  worker = await start(built);
  url = await worker.ready;
  net = await loadModel(MODEL);
  reader = new PictureReader(await compileCodecs());
});
afterAll(() => worker?.dispose());

/** Compiles a model as README.md says. */
const compile = (model: Uint8Array) => compileModel(model, { kernels: "relaxed" });

const post = (body: RequestInit["body"], path = "/classify") => ask(url, path, { method: "POST", body: body! });

/** What the library says of a file in Node. */
const classesOf = (file: Uint8Array, topK = 5) =>
  reader.show(file, leastSide(net), (image) => net.classify(image, { topK }));

async function expectRight(answer: Answer, file: Uint8Array): Promise<void> {
  expect(answer.status).toBe(200);
  expect(answer.body.classes).toEqual(await classesOf(file));
}

describe("a picture", () => {
  test("as a JPEG gets the classes that Node gives it", async () => {
    const answer = await post(JPEG);
    await expectRight(answer, JPEG);
    expect(answer.headers.get("content-type")).toBe("application/json");
  });

  test("as a PNG and as a WebP without loss gets the same", async () => {
    const png = await toPng(PIXELS);
    await expectRight(await post(png), png);
    await expectRight(await post(await toWebp(PIXELS, { lossless: 1 })), png);
  });

  test("as a WebP with loss gets the classes that Node gives it", async () => {
    const webp = await toWebp(PIXELS, { quality: 80 });
    await expectRight(await post(webp), webp);
  });

  test.each([3, 6, 8])(
    "as a JPEG with EXIF orientation %d gets the classes of the upright one",
    async (orientation) => {
      const file = oriented(JPEG, orientation);
      await expectRight(await post(file), file);
    },
  );

  test("of 12 million pixels is decoded as one of fewer", async () => {
    const file = toJpeg({ data: new Uint8ClampedArray(4000 * 3000 * 4).fill(90), width: 4000, height: 3000 });
    await expectRight(await post(file), file);
  });

  test("gets as many classes as asked", async () => {
    const { body } = await post(JPEG, "/classify?top=3");
    expect(body.classes).toEqual(await classesOf(JPEG, 3));
  });

  test("is searched for nothing by a classifier", async () => {
    const answer = await post(JPEG, "/detect");
    expect([answer.status, answer.body.error]).toEqual([404, "the model here is no detector"]);
  });

  test("may come in pieces, without its length", async () => {
    const pieces = new ReadableStream({
      start(controller) {
        for (let at = 0; at < JPEG.length; at += 1000) controller.enqueue(JPEG.slice(at, at + 1000));
        controller.close();
      },
    });
    const init = { method: "POST", body: pieces, duplex: "half" } as RequestInit;
    await expectRight(await ask(url, "/classify", init), JPEG);
  });
});

test("the health route says model, memory and runtime", async () => {
  const { status, body } = await ask(url, "/health");
  expect(status).toBe(200);
  expect(body).toEqual({
    model: JSON.parse(JSON.stringify({ inputs: net.inputs, outputs: net.outputs, layers: net.layers.length })),
    memory: (await loadModel(await compile(MODEL))).memory,
    runtime: {
      kernels: "relaxed",
      threads: 1,
      ...(net.runtime.byteProducts && { byteProducts: net.runtime.byteProducts }),
    },
  });
});

describe("refuses, and answers the next request,", () => {
  const text = (value: string) => Uint8Array.from(value, (character) => character.charCodeAt(0));
  const uint32 = (value: number) =>
    String.fromCharCode(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
  const pngHeader = (side: number) =>
    text(`\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR${uint32(side)}${uint32(side)}\x08\x02\x00\x00\x00\x01\x02\x03\x04`);
  const jpegHeader = (marker: string, height: string, width = height) =>
    text(`\xff\xd8\xff${marker}\x00\x0b\x08${height}${width}\x01\x01\x11\x00`);
  const middleDamaged = (file: Uint8Array) =>
    file.map((byte, i) => (i > file.length / 2 && i % 7 === 0 ? ~byte : byte));

  const cases: [number, string, () => Promise<Answer>][] = [
    [400, "an empty body", () => post(new Uint8Array(0))],
    [400, "no body", () => ask(url, "/classify", { method: "POST" })],
    [400, "top=0", () => post(JPEG, "/classify?top=0")],
    [400, "top=x", () => post(JPEG, "/classify?top=x")],
    [400, "top=101", () => post(JPEG, "/classify?top=101")],
    [404, "another path", () => post(JPEG, "/nothing")],
    [404, "a path that objects have", () => post(JPEG, "/constructor")],
    [405, "GET", () => ask(url, "/classify")],
    [405, "fetching, which is off", () => ask(url, "/classify?url=https://example.com/cat.jpg")],
    [405, "PUT", () => ask(url, "/classify", { method: "PUT", body: JPEG })],
    [405, "POST for the health route", () => post(JPEG, "/health")],
    [413, "a PNG that claims 60,000×60,000 pixels", () => post(pngHeader(60_000))],
    [413, "a PNG that claims 2³²-1 pixels a side", () => post(pngHeader(2 ** 32 - 1))],
    [413, "a JPEG that claims 60,000×60,000 pixels", () => post(jpegHeader("\xc0", "\xea\x60"))],
    [413, "a JPEG of 200×60,000 pixels, which is not scaled", () => post(jpegHeader("\xc0", "\x00\xc8", "\xea\x60"))],
    [413, "a progressive JPEG of 5,000×5,000 pixels", () => post(jpegHeader("\xc2", "\x13\x88"))],
    [
      413,
      "a WebP of 16,384×16,384 pixels",
      () => post(text("RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\xff\xff\xff\x0f\0\0\0\0\0")),
    ],
    [415, "text", () => post("hello, world")],
    [415, "a GIF", () => post(text("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))],
    [415, "HTML", () => post("<!doctype html><svg width='1' height='1'/>")],
    [422, "a JPEG cut off in its header", () => post(JPEG.subarray(0, 100))],
    [422, "a JPEG cut off in its data", () => post(JPEG.subarray(0, JPEG.length >> 1))],
    [422, "a JPEG of small size without data", () => post(jpegHeader("\xc0", "\x00\x40"))],
    [422, "a PNG of no width", () => post(pngHeader(0))],
    [422, "a PNG without data", () => post(pngHeader(64))],
    [422, "a damaged PNG", async () => post(middleDamaged(await toPng(PIXELS)))],
    [422, "a WebP cut off", async () => post((await toWebp(PIXELS, { lossless: 1 })).subarray(0, 5000))],
    [422, "a WebP with a canvas larger than its frame", async () => post(canvasOf(await toWebp(PIXELS), 1000))],
  ];

  /** A lossy WebP as an extended file, whose canvas says another size. */
  function canvasOf(webp: Uint8Array, side: number): Uint8Array<ArrayBuffer> {
    const size = `${String.fromCharCode((side - 1) & 255, (side - 1) >> 8)}\0`;
    const begin = text(`RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0${size}${size}`);
    const file = new Uint8Array(begin.length + webp.length - 12);
    file.set(begin);
    file.set(webp.subarray(12), begin.length);
    new DataView(file.buffer).setUint32(4, file.length - 8, true);
    return file;
  }

  test.each(cases)("with %d: %s", async (status, _, send) => {
    const answer = await send();
    expect(answer).toMatchObject({ status, body: { error: expect.any(String) } });
    await expectRight(await post(JPEG), JPEG);
  });

  test.each([
    ["says so", 1, 2 ** 23 + 1],
    ["does not say so", 2 ** 23 + 1, undefined],
  ])("with 413: a body above 8 MiB that %s", async (_, bytes, announced) => {
    expect(await postUnended(new URL("/classify", url), bytes, announced)).toBe(413);
    await expectRight(await post(JPEG), JPEG);
  });

  test("with 405 and the methods that are allowed", async () => {
    expect((await ask(url, "/classify")).headers.get("allow")).toBe("POST");
    expect((await post(JPEG, "/health")).headers.get("allow")).toBe("GET");
  });
});

describe("fetching", () => {
  let open: Miniflare;
  let openUrl: URL;
  const asked: string[] = [];

  const redirect = (location: string) => new Response(null, { status: 302, headers: { location } });
  /** The hosts of the world. */
  const world: Readonly<Record<string, () => Response | Promise<Response>>> = {
    "https://good.example/cat.jpg": () => new Response(JPEG),
    "https://good.example/moved": () => redirect("/cat.jpg"),
    "https://good.example/away": () => redirect("https://also.example/cat.jpg"),
    "https://also.example/cat.jpg": () => new Response(JPEG),
    "https://good.example/to-bad": () => redirect("https://bad.example/cat.jpg"),
    "https://good.example/to-http": () => redirect("http://good.example/cat.jpg"),
    "https://good.example/to-inside": () => redirect("https://127.0.0.1/cat.jpg"),
    "https://good.example/circle": () => redirect("/circle"),
    "https://good.example/nowhere": () => new Response(null, { status: 302 }),
    "https://good.example/missing": () => new Response("no", { status: 404 }),
    "https://good.example/large": () => new Response(new Uint8Array(2 ** 23 + 1)),
    "https://good.example/text": () => new Response("hello"),
    "https://good.example/slow": () => new Promise<Response>(() => undefined),
    "https://good.example/stalled": () =>
      new Response(new ReadableStream({ start: (to) => to.enqueue(JPEG.slice(0, 99)) })),
    "https://bad.example/cat.jpg": () => new Response(JPEG),
  };

  beforeAll(async () => {
    const { Response: MiniflareResponse } = await import("miniflare");
    open = await start(built, () => ({
      bindings: { FETCH_HOSTS: "good.example, also.example" },
      async outboundService(request: { url: string }) {
        asked.push(request.url);
        const { body, status, headers } = await (world[request.url]?.() ?? new Response(null, { status: 500 }));
        return new MiniflareResponse(body as never, { status, headers: [...headers] });
      },
    }));
    openUrl = await open.ready;
  });
  afterAll(() => open?.dispose());

  const get = (target: string) => ask(openUrl, `/classify?url=${encodeURIComponent(target)}`);

  test.each(["cat.jpg", "moved", "away"])("https://good.example/%s is classified", async (path) => {
    await expectRight(await get(`https://good.example/${path}`), JPEG);
  });

  test.each([
    [400, ""],
    [400, "cat.jpg"],
    [400, "http://good.example/cat.jpg"],
    [400, "file:///etc/passwd"],
    [400, "data:image/jpeg;base64,AAAA"],
    [400, "https://good.example:8443/cat.jpg"],
    [400, "https://user:password@good.example/cat.jpg"],
    [400, "https://good.example/to-http"],
    [403, "https://bad.example/cat.jpg"],
    [403, "https://good.example.bad.example/cat.jpg"],
    [403, "https://127.0.0.1/cat.jpg"],
    [403, "https://good.example/to-bad"],
    [403, "https://good.example/to-inside"],
    [413, "https://good.example/large"],
    [415, "https://good.example/text"],
    [502, "https://good.example/circle"],
    [502, "https://good.example/nowhere"],
    [502, "https://good.example/missing"],
    [504, "https://good.example/slow"],
    [504, "https://good.example/stalled"],
  ])("%d: %s", async (status, target) => {
    const before = asked.length;
    expect(await get(target)).toMatchObject({ status, body: { error: expect.any(String) } });
    for (const visited of asked.slice(before)) expect(visited).toMatch(/^https:\/\/(good|also)\.example\//);
    await expectRight(await get("https://good.example/cat.jpg"), JPEG);
  });

  test("pictures in the body are taken as before", async () => {
    await expectRight(await ask(openUrl, "/classify", { method: "POST", body: JPEG }), JPEG);
  });
});

describe("the model", () => {
  test("may be a .tflite file in the Worker", async () => {
    const files = { "model.tflite": MODEL };
    const tflite = await start(bundle("tflite", { folder: "cloudflare-worker", env: "tflite", files }));
    try {
      await expectRight(await ask(await tflite.ready, "/classify", { method: "POST", body: JPEG }), JPEG);
    } finally {
      await tflite.dispose();
    }
  });

  test.each([
    ["int8", "simd"],
    ["float32", "simd"],
    ["float32", "relaxed"],
  ] as const)("compiled, in %s with the kernels %s, answers as its .tflite file does", async (precision, kernels) => {
    const model = seededModel(0.25, 128, precision);
    const files = { "src/model.wasm": await compileModel(model, { kernels }) };
    const compiled = await start(bundle("precision", { folder: "cloudflare-worker", files }));
    const [tflite, file] = [await loadModel(model, { kernels }), await toPng(PIXELS)];
    try {
      const { body } = await ask(await compiled.ready, "/classify?top=100", { method: "POST", body: file });
      const classes = await reader.show(file, leastSide(tflite), (image) => tflite.classify(image, { topK: 100 }));
      expect(body.classes).toEqual(classes);
    } finally {
      await compiled.dispose();
    }
  });

  test("may be among the static assets, and is not served to others", async () => {
    const files = { "assets/model.tflite": MODEL };
    const assets = await start(bundle("assets", { folder: "cloudflare-worker", env: "assets", files }));
    try {
      const at = await assets.ready;
      await expectRight(await ask(at, "/classify", { method: "POST", body: JPEG }), JPEG);
      expect((await ask(at, "/model.tflite")).status).toBe(404);
    } finally {
      await assets.dispose();
    }
  });

  test("may be in a bucket, once it is there; requests that come together share it", async () => {
    const configured = bundle("bucket", { folder: "cloudflare-worker", env: "bucket" });
    const said: string[] = [];
    const bucket = await start(configured, () => ({ handleStructuredLogs: ({ message }) => void said.push(message) }));
    try {
      const at = await bucket.ready;
      const send = () => ask(at, "/classify", { method: "POST", body: JPEG });
      expect(await send()).toMatchObject({ status: 503, body: { error: "the model cannot be loaded" } });
      const models = await bucket.getR2Bucket("MODELS");
      await models.put("model.tflite", MODEL.slice(0, 1000));
      expect((await send()).status).toBe(503);
      await expect.poll(() => said.join("\n")).toMatch(/no object "model.tflite" in the bucket[^]*FormatError/);
      await models.put("model.tflite", await compile(MODEL));
      expect((await send()).status).toBe(503);
      await expect.poll(() => said.join("\n")).toMatch(/UnsupportedError: this runtime compiles no WebAssembly/);
      await models.put("model.tflite", MODEL);
      for (const answer of await Promise.all(Array.from({ length: 8 }, send))) await expectRight(answer, JPEG);
      await models.delete("model.tflite");
      await expectRight(await send(), JPEG);
    } finally {
      await bucket.dispose();
    }
  });

  const real = sharedFile("models/mobilenet_v1_0.25_128_quant.tflite");
  if (!real) console.warn("skipping the Worker with a real model: no ../shared/models");

  test.skipIf(!real)("of 0.25/128 in 8 bits makes a Worker of less than 3 MB gzipped, which knows a cat", async () => {
    const compiled = compileByCommand("cloudflare-worker", {
      "mobilenet_v1_0.25_128_quant.tflite": real!,
      "labels.txt": sharedFile("models/imagenet_labels.txt")!,
    });
    const files = { "src/model.wasm": compiled };
    const whole = bundle("real", { folder: "cloudflare-worker", files });
    console.info(`the Worker with a compiled 0.25/128 in 8 bits: ${whole.bytes} bytes, ${whole.gzipped} gzipped`);
    expect(whole.gzipped).toBeLessThan(3 * 2 ** 20);
    const known = await start(whole);
    try {
      const cat = sharedFile("images/cat_720p.jpg")!;
      const { body } = await ask(await known.ready, "/classify", { method: "POST", body: cat });
      expect(body.classes![0]!.label).toMatch(/cat|tabby/i);
    } finally {
      await known.dispose();
    }
  });
});

test("2,000 requests on 32 connections are all answered", async () => {
  const files = [JPEG, await toPng(PIXELS), await toWebp(PIXELS, { quality: 80 }), oriented(JPEG, 6)];
  const report = await load(new URL("/classify", url), files, { connections: 32, requests: 2000 });
  console.info(`2,000 requests on 32 connections: p50 ${report.p50.toFixed(1)} ms, p99 ${report.p99.toFixed(1)} ms`);
  expect(report.failures).toBe(0);
});
