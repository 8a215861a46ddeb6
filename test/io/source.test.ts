/** Where bytes come from, and what is wrong with them there. */
import { gzipSync } from "node:zlib";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { readSource, type Files } from "../../src/io/source.js";
import { temporaryFolder } from "../support/files.js";
import { loadModel } from "../support/load.js";
import { loadFaces } from "../support/loadfaces.js";

const BYTES = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
const LARGE = Uint8Array.from({ length: 2_000_000 }, (_, i) => i % 251);
const LIMIT = 1e6;
const folder = temporaryFolder();

/** How the server answers, by path. */
const ANSWERS: Readonly<Record<string, { headers: Record<string, string>; body: Uint8Array; status?: number }>> = {
  "/models/model.json?key=1": { headers: {}, body: new Uint8Array(1) },
  "/models/below/a%20%252e?key=1": { headers: {}, body: BYTES },
  "/elsewhere.json": { headers: { location: "/models/model.json?key=1" }, body: new Uint8Array(0), status: 302 },
  "/shard": { headers: {}, body: BYTES },
  "/whole": { headers: { "content-length": "70000" }, body: BYTES },
  "/large": { headers: { "content-length": "2000000" }, body: LARGE },
  "/large-chunked": { headers: {}, body: LARGE },
  "/bomb": { headers: { "content-encoding": "gzip" }, body: gzipSync(new Uint8Array(50_000_000)) },
  "/page": { headers: { "content-type": "text/html" }, body: Buffer.from("<!DOCTYPE html><title>Home</title>") },
  "/chunked": { headers: {}, body: BYTES },
  "/missing": { headers: {}, body: new Uint8Array(0), status: 404 },
  "/huge": { headers: { "content-length": "2000000" }, body: new Uint8Array(2_000_000) },
};

let server: Server;
let base: string;
let path: string;
beforeAll(async () => {
  path = join(folder(), "bytes");
  writeFileSync(path, BYTES);
  server = createServer(({ url }, response) => {
    const { headers, body, status = 200 } = ANSWERS[url!]!;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("bytes come from", () => {
  test.each<[string, () => Parameters<typeof readSource>[0] | Promise<Response>]>([
    ["bytes", () => BYTES],
    ["a buffer", () => BYTES.slice().buffer],
    ["a path", () => path],
    ["a file: URL", () => pathToFileURL(path)],
    ["an address", () => `${base}/whole`],
    ["a URL", () => new URL(`${base}/whole`)],
    ["a response without a length", () => fetch(`${base}/chunked`)],
    ["a response of our own", () => new Response(BYTES)],
    ["a data: URL", () => `data:application/octet-stream;base64,${Buffer.from(BYTES).toString("base64")}`],
  ])("%s", async (_, source) => {
    const { bytes } = await readSource(await source(), "model", LIMIT);
    expect(Buffer.compare(bytes, BYTES)).toBe(0);
  });

  test("an address beside that of the page", async () => {
    vi.stubGlobal("location", { href: `${base}/page/index.html` });
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    const { bytes } = await readSource("../whole", "model", LIMIT);
    expect(Buffer.compare(bytes, BYTES)).toBe(0);
  });

  test("files and responses can be given back, in large steps", async () => {
    writeFileSync(join(folder(), "large"), LARGE);
    for (const source of [join(folder(), "large"), `${base}/large`, `${base}/large-chunked`]) {
      const { bytes, keepFirst } = await readSource(source, "model", 3e6);
      keepFirst!(LARGE.length - 1000); // not worth the call
      expect(bytes.buffer.byteLength).toBe(LARGE.length);
      keepFirst!(1000);
      expect(bytes.buffer.byteLength).toBe(1000);
      expect(Buffer.compare(new Uint8Array(bytes.buffer), LARGE.subarray(0, 1000))).toBe(0);
      keepFirst!(0);
      expect(bytes.buffer.byteLength).toBe(0);
    }
    expect((await readSource(BYTES, "model", LIMIT)).keepFirst).toBeUndefined();
  });
});

describe("a file beside comes from", () => {
  const NAME = "below/a %2e"; // as bytes in a path, encoded in a URL

  test.each<[string, () => Parameters<typeof readSource>[0] | Promise<Response>]>([
    ["the folder of a path", () => path],
    ["the folder of a file: URL", () => pathToFileURL(path)],
    ["the folder of an address, with its query", () => `${base}/models/model.json?key=1`],
    ["the folder of a response", () => fetch(`${base}/models/model.json?key=1`)],
    ["the others by name", () => ({ "model.json": new Uint8Array(1), [NAME]: BYTES })],
    ["the others by name, in a folder", () => ({ [`x/${NAME}`]: BYTES.buffer, "x/model.json": new Uint8Array(1) })],
  ])("%s", async (_, source) => {
    mkdirSync(join(folder(), "below"), { recursive: true });
    writeFileSync(join(folder(), NAME), BYTES);
    const { beside } = await readSource(await source(), "model", LIMIT);
    expect(Buffer.compare(await beside!(NAME), BYTES)).toBe(0);
  });

  test("the folder that was asked for, wherever the server sends us", async () => {
    const { beside } = await readSource(`${base}/elsewhere.json`, "model", LIMIT);
    expect((await beside!("shard")).length).toBe(BYTES.length);
  });

  test("nowhere, where there is no folder", async () => {
    for (const source of [BYTES, "data:,x", new Response(BYTES)]) {
      expect((await readSource(source, "model", LIMIT)).beside).toBeUndefined();
    }
  });

  test("all files together may have as many bytes as one", async () => {
    for (const source of [path, `${base}/models/model.json?key=1`]) {
      const { beside } = await readSource(source, "model", 100_000);
      writeFileSync(join(folder(), "a %2e"), BYTES);
      const name = source === path ? "a %2e" : NAME;
      const read = async () => {
        for (let i = 0; i < 2; ++i) await beside!(name);
      };
      await expect(read()).rejects.toThrow(/(has|still has) \d+ bytes; "maxMemory" allows \d+$/);
    }
  });

  test("one of the names, which has to be there", async () => {
    const { beside } = await readSource({ "model.json": BYTES }, "model", LIMIT);
    await expect(beside!("toString")).rejects.toThrow(/"model" must have the file "toString"/);
  });
});

describe("an error says", () => {
  test("that a runtime has neither files nor addresses of its own", async () => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    await expect(readSource("model.tflite", "model", LIMIT)).rejects.toThrow(
      /cannot read model.tflite: this runtime has no file system; pass bytes or a URL/,
    );
  });

  test.each<[string, () => string | Response | Files, RegExp]>([
    ["that a file is not there", () => "/nowhere/at/all", /ENOENT.*\/nowhere\/at\/all/],
    ["what a server answered", () => `${base}/missing`, /cannot read http:.*\/missing: HTTP status 404/],
    [
      "that a file is larger than memory may be",
      () => `${base}/huge`,
      /\/huge has 2000000 bytes; "maxMemory" allows 1000000/,
    ],
    [
      "that a response ends early",
      () => new Response(BYTES, { headers: { "content-length": "80000" } }),
      /the response: 70000 of the 80000 bytes announced/,
    ],
    [
      "that a response goes on",
      () => new Response(BYTES, { headers: { "content-length": "6000" } }),
      /the response: more than the 6000 bytes announced/,
    ],
    [
      "that a body without a length goes beyond memory",
      () => `${base}/large-chunked`,
      /large-chunked, after \d+ bytes, still has \d+ bytes; "maxMemory" allows \d+/,
    ],
    [
      "that a compressed body goes beyond memory",
      () => `${base}/bomb`,
      /bomb, after \d+ bytes, still has .*"maxMemory"/,
    ],
    ["what is wrong with a connection", () => "http://127.0.0.1:9/m", /cannot read http:\/\/127.0.0.1:9\/m: .*: /],
    ["the beginning of a long URL", () => `data:x/${"y".repeat(1e6)}`, /cannot read data:x\/y{190,195}…: /],
    [
      "that nobody knows which file is the model",
      () => ({ a: BYTES, b: BYTES }),
      /ends in \.json, .* \.wasm, got a, b/,
    ],
    [
      "that two may be",
      () => ({ "a.json": BYTES, "b.json": BYTES }),
      /one file that ends in \.json, .* \.wasm, got a\.json, b/,
    ],
    ["what kinds of sources there are", () => ({}) as Files, /"model" must be Uint8Array.* bytes by name, got Object/],
  ])("%s", async (_, source, message) => {
    await expect(readSource(source(), "model", LIMIT)).rejects.toThrow(message);
  });
});

test("a model from a file, whose memory is given back, is the same as from bytes", async () => {
  const model = writeTflite(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 }));
  const file = join(folder(), "model.tflite");
  writeFileSync(file, model);
  const x = new Float32Array(32 * 32 * 3).fill(0.25);
  const [fromBytes, fromFile] = [await loadModel(model), await loadModel(file, { threads: 2 })];
  expect(fromFile.run(x)).toEqual(fromBytes.run(x));
  expect(fromFile.layers).toEqual(fromBytes.layers);
  expect((await loadModel(model)).run(x)).toEqual(fromBytes.run(x));
  fromFile.dispose();
});

describe("a body without a length", () => {
  /** A response that never ends, and how many bytes were asked of it. */
  function endless() {
    const seen = { bytes: 0, isCancelled: false };
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        seen.bytes += 1000;
        controller.enqueue(new Uint8Array(1000));
      },
      cancel: () => {
        seen.isCancelled = true;
      },
    });
    return { response: new Response(stream), seen };
  }

  test("is read no further than the limit", async () => {
    const { response, seen } = endless();
    await expect(readSource(response, "model", LIMIT)).rejects.toThrow(RangeError);
    expect(seen.bytes).toBeLessThan(LIMIT + 10_000);
    expect(seen.isCancelled).toBe(true);
  });

  test("that breaks off is an error with its cause", async () => {
    const cause = new Error("reset");
    const stream = new ReadableStream({ pull: (controller) => controller.error(cause) });
    const error = await readSource(new Response(stream), "model", LIMIT).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: "cannot read the response: reset", cause });
  });
});

test("a failed fetch keeps its cause", async () => {
  const error = await readSource("http://127.0.0.1:9/m", "model", LIMIT).catch((thrown: unknown) => thrown);
  expect((error as Error).cause).toBeInstanceOf(TypeError);
});

describe("a transfer ends", () => {
  /** A server that answers, sends a part of the body or not, and then nothing. */
  const stalling = () => {
    const requests: AbortSignal[] = [];
    const fetched = vi.fn(async (_: URL, { signal }: RequestInit) => {
      requests.push(signal!);
      const stream = new ReadableStream({ start: (controller) => controller.enqueue(BYTES) });
      return new Response(stream, { headers: { "content-length": "100000" } });
    });
    vi.stubGlobal("fetch", fetched);
    return requests;
  };
  /** Neither ends by itself. */
  const SOURCES: readonly (readonly [string, () => string | Response])[] = [
    ["of a URL", () => "https://example.invalid/model"],
    ["of a response", () => new Response(new ReadableStream())],
  ];

  test.each(SOURCES)("%s, with the reason of the signal", async (_, source) => {
    const requests = stalling();
    const stop = new AbortController();
    const reading = readSource(source(), "model", LIMIT, stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await expect(reading).rejects.toThrow(/^enough$/);
    expect(requests.every(({ aborted }) => aborted)).toBe(true);
    await expect(readSource(source(), "model", LIMIT, AbortSignal.abort())).rejects.toMatchObject({
      name: "AbortError",
    });
  });

  test.each(SOURCES)("%s, when nothing comes for 30 s", async (_, source) => {
    await import("../../src/io/response.js");
    stalling();
    vi.useFakeTimers();
    try {
      const reading = readSource(source(), "model", LIMIT).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(29_000);
      await vi.advanceTimersByTimeAsync(1001);
      expect(await reading).toMatchObject({
        name: "SourceError",
        message: expect.stringMatching(/^cannot read .*: nothing came for 30 s$/),
      });
    } finally {
      vi.useRealTimers();
    }
  });

  test("when no answer comes", async () => {
    vi.stubGlobal("fetch", (_: URL, { signal }: RequestInit) => {
      return new Promise((__, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
    });
    const stop = new AbortController();
    const reading = readSource("https://example.invalid/model", "model", LIMIT, stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });

  test("of a page that goes on after status 404", async () => {
    let request: AbortSignal | undefined;
    vi.stubGlobal("fetch", async (_: URL, { signal }: RequestInit) => {
      request = signal!;
      return new Response(new ReadableStream(), { status: 404 });
    });
    await expect(readSource("https://example.invalid/m", "model", LIMIT)).rejects.toThrow(/HTTP status 404/);
    expect(request?.aborted).toBe(true);
  });

  test("and leaves no listener behind", async () => {
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    await readSource(`${base}/whole`, "model", LIMIT, signal);
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove.mock.calls).toEqual(add.mock.calls);
  });
});

test("loadModel() ends with the signal's reason", async () => {
  const graph = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 });
  await expect(loadModel(graph, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow(/^enough$/);
  await expect(loadModel(graph, { signal: {} as AbortSignal })).rejects.toThrow(
    /^"signal" must be an AbortSignal, got/,
  );
  const labels = new Response(new ReadableStream());
  await expect(loadModel(graph, { labels, signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
    name: "TimeoutError",
  });
});

test("a response that was read is refused", async () => {
  const response = new Response(BYTES);
  await response.arrayBuffer();
  await expect(readSource(response, "model", LIMIT)).rejects.toThrow(TypeError);
});

test("a page instead of a model is called one", async () => {
  await expect(loadModel(`${base}/page`)).rejects.toThrow(/got an HTML page: check the address/);
});

test.each([NaN, 0, -1, "1e9", null])("a memory limit of %j is refused", async (maxMemory) => {
  const wrong = { maxMemory: maxMemory as number };
  await expect(loadModel(BYTES, wrong)).rejects.toThrow(/^"maxMemory" must be a positive number of bytes, got/);
  await expect(loadFaces(wrong)).rejects.toThrow(RangeError);
});
