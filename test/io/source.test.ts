/** Where bytes come from, and what is wrong with them there. */
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

const BYTES = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
const LIMIT = 1e6;
const folder = temporaryFolder();

/** How the server answers, by path. */
const ANSWERS: Readonly<Record<string, { headers: Record<string, string>; body: Uint8Array; status?: number }>> = {
  "/models/model.json?key=1": { headers: {}, body: new Uint8Array(1) },
  "/models/below/a%20%252e?key=1": { headers: {}, body: BYTES },
  "/elsewhere.json": { headers: { location: "/models/model.json?key=1" }, body: new Uint8Array(0), status: 302 },
  "/shard": { headers: {}, body: BYTES },
  "/whole": { headers: { "content-length": "70000" }, body: BYTES },
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

  test("files and responses with a length can be given back", async () => {
    for (const source of [path, `${base}/whole`]) {
      const { bytes, keepFirst } = await readSource(source, "model", LIMIT);
      keepFirst!(1000);
      expect(bytes.buffer.byteLength).toBe(1000);
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
      await expect(read()).rejects.toThrow(/has 70000 bytes; "maxMemory" allows \d+$/);
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
    ["that nobody knows which file is the model", () => ({ a: BYTES, b: BYTES }), /ends in \.json, got a, b/],
    ["that two may be", () => ({ "a.json": BYTES, "b.json": BYTES }), /one file that ends in \.json, got a\.json, b/],
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
