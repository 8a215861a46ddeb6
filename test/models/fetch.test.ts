/** Models by name, against a server on this machine that behaves, and one that does not. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadModel, SourceError } from "../../src/index.js";
import { fetchModel, MODELS, type ModelName } from "../../src/models.js";
import { describeShared, HAVE_SHARED, sharedBytes } from "../support/shared.js";

const NAME = "mobilenet_v1_0.25_128_quant";
const LENGTH = MODELS[NAME].bytes;

let folder: string;
let server: Server;
let url: string;
let ranges: (string | undefined)[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  ranges = [];
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.tflite`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const partialPath = () => join(folder, `${NAME}.tflite.partial`);

/** Sends a file from where the request wants it, but no more than so many bytes before the connection breaks. */
function serve(file: Uint8Array, { most = Infinity, ignoresRanges = false } = {}) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const asked = ignoresRanges ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
    const start = Number(asked ?? 0);
    const range = { "content-range": `bytes ${start}-${file.length - 1}/${file.length}` };
    const headers = { "content-length": file.length - start, ...(asked !== undefined && range) };
    response.writeHead(asked === undefined ? 200 : 206, headers);
    if (file.length - start <= most) response.end(file.subarray(start));
    else response.write(file.subarray(start, start + most), () => request.socket.end());
  };
}

function text(status: number, body: string | Uint8Array, headers: Record<string, string> = {}) {
  return (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, { "content-length": body.length, ...headers }).end(body);
}

describe("a model that cannot be had", () => {
  test("an unknown name is an error with the names", async () => {
    const message = /^"name" must be mobilenet_v1_0\.25_128_quant, .*movenet.*, got string "mobilenet"$/;
    await expect(fetchModel("mobilenet" as ModelName)).rejects.toThrow(message);
    await expect(fetchModel("toString" as ModelName)).rejects.toThrow(RangeError);
  });

  test("a cache that is no path is an error", async () => {
    await expect(fetchModel(NAME, { cache: 1 as never })).rejects.toThrow(/^"cache" must be a path or false, got 1$/);
  });

  test.each([
    ["a missing file", text(404, "no"), /^cannot fetch http.*model\.tflite: HTTP status 404$/],
    [
      "a page",
      text(200, "<!doctype html>", { "content-type": "text/html; charset=utf-8" }),
      /the server answered with an HTML page$/,
    ],
    ["a shorter file", text(200, "no"), /expected 525598 bytes, got 2$/],
    ["a longer file", text(200, new Uint8Array(600_000)), /expected 525598 bytes, got 600000$/],
    [
      "an endless file",
      (_: IncomingMessage, response: ServerResponse) => {
        const more = () => response.write(new Uint8Array(65536), more);
        response.on("error", () => undefined);
        more();
      },
      /expected 525598 bytes, got more$/,
    ],
    [
      "a file that ends early",
      (_: IncomingMessage, response: ServerResponse) => response.writeHead(200).end(),
      /closed the connection$/,
    ],
    [
      "another file",
      text(200, new Uint8Array(LENGTH)),
      /expected the SHA-256 cb273c23ee76374b05b9583177e28aa19744858a7679c56a250e83d0333da785, got [\da-f]{64}$/,
    ],
    ["another part", text(206, new Uint8Array(LENGTH), { "content-range": "bytes 7-9/10" }), /from 0 on, got .* 7 on$/],
  ])("%s is an error with the address, and nothing is cached", async (_, how, message) => {
    answer = how;
    const failure = await fetchModel(NAME, { url, cache: folder }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SourceError);
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toContain(url);
    expect(existsSync(join(folder, `${NAME}.tflite`))).toBe(false);
  });

  test("no bytes of another file are kept to go on from", async () => {
    answer = text(200, new Uint8Array(LENGTH));
    await expect(fetchModel(NAME, { url, cache: folder })).rejects.toThrow(/SHA-256/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a server that is not there is an error with the reason", async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(fetchModel(NAME, { url, cache: false })).rejects.toThrow(/cannot fetch .*ECONNREFUSED/);
  });

  test("a connection that breaks again without a byte is an error", async () => {
    let isFirst = true;
    const zeros = new Uint8Array(LENGTH);
    answer = (request, response) => {
      serve(zeros, { most: isFirst ? 1000 : 0 })(request, response);
      isFirst = false;
    };
    const failure = fetchModel(NAME, { url, cache: folder });
    await expect(failure).rejects.toThrow(/terminated.* after 1000 of 525598 bytes$/);
    expect(ranges).toEqual([undefined, "bytes=1000-"]);
    expect(readFileSync(partialPath()).length).toBe(1000);
  });

  test("a server that breaks off over and over is given up", async () => {
    answer = serve(new Uint8Array(LENGTH), { most: 1000 });
    await expect(fetchModel(NAME, { url, cache: false })).rejects.toThrow(/after 10000 of 525598 bytes$/);
    expect(ranges.length).toBe(10);
  });

  test("an abort is the reason of the signal", async () => {
    await expect(fetchModel(NAME, { url, signal: AbortSignal.abort(new Error("no more")) })).rejects.toThrow("no more");
    expect(ranges).toEqual([]);
    const controller = new AbortController();
    answer = (_, response) => response.write(new Uint8Array(1000));
    const onProgress = () => controller.abort(new Error("enough"));
    const aborted = fetchModel(NAME, { url, cache: folder, signal: controller.signal, onProgress });
    await expect(aborted).rejects.toThrow("enough");
    expect(readFileSync(partialPath()).length).toBe(1000);
  });

  test("a given folder that cannot be used is an error", async () => {
    writeFileSync(join(folder, "file"), "");
    const failure = fetchModel(NAME, { url, cache: join(folder, "file") });
    await expect(failure).rejects.toThrow(SourceError);
    await expect(failure).rejects.toThrow(/^cannot use the cache: .*file/);
  });
});

describeShared("the real model", () => {
  const expectGenuine = (bytes: Uint8Array) => expect(Buffer.from(genuine).equals(bytes)).toBe(true);
  const genuine = HAVE_SHARED ? sharedBytes("models", `${NAME}.tflite`) : new Uint8Array(0);

  test("is fetched once, with progress, then comes from the cache", async () => {
    answer = serve(genuine);
    const progress: number[] = [];
    const onProgress = ({ received, total }: { received: number; total: number }) => {
      expect(total).toBe(LENGTH);
      progress.push(received);
    };
    expectGenuine(await fetchModel(NAME, { url: new URL(url), cache: folder, onProgress }));
    expect(progress.at(-1)).toBe(LENGTH);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expectGenuine(await fetchModel(NAME, { url, cache: folder }));
    expect(ranges).toEqual([undefined]);
    expect(readdirSync(folder)).toEqual([`${NAME}.tflite`]);
  });

  test("has its labels in the file", async () => {
    answer = serve(genuine);
    const net = await loadModel(await fetchModel(NAME, { url, cache: false }));
    expect(net.labels?.slice(0, 2)).toEqual(["background", "tench, Tinca tinca"]);
    net.dispose();
  });

  test("is put together from what broken connections brought", async () => {
    answer = serve(genuine, { most: 100_000 });
    expectGenuine(await fetchModel(NAME, { url, cache: folder }));
    // Each answer brings 100 kB, and the next request begins where the last bytes to arrive ended.
    const [first, ...begins] = ranges.map((range) => (range ? Number(/^bytes=(\d+)-$/.exec(range)![1]) : undefined));
    expect(first).toBeUndefined();
    expect(begins.length).toBeGreaterThanOrEqual(5);
    for (const [n, begin = NaN] of begins.entries()) {
      expect(begin).toBeGreaterThan(n ? begins[n - 1]! : 0);
      expect(begin).toBeLessThanOrEqual(100_000 * (n + 1));
    }
  });

  test("is resumed by a later call", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(partialPath(), genuine.subarray(0, 300_000));
    answer = serve(genuine);
    expectGenuine(await fetchModel(NAME, { url, cache: folder }));
    expect(ranges).toEqual(["bytes=300000-"]);
    expect(readdirSync(folder)).toEqual([`${NAME}.tflite`]);
  });

  test("is sent from the start by servers without ranges", async () => {
    writeFileSync(partialPath(), genuine.subarray(0, 300_000));
    answer = serve(genuine, { ignoresRanges: true });
    expectGenuine(await fetchModel(NAME, { url, cache: folder }));
    expect(ranges).toEqual(["bytes=300000-"]);
  });

  test("is fetched anew if what was there is something else", async () => {
    writeFileSync(partialPath(), new Uint8Array(300_000));
    answer = serve(genuine);
    expectGenuine(await fetchModel(NAME, { url, cache: folder }));
    expect(ranges).toEqual(["bytes=300000-", undefined]);
  });

  test("is fetched anew if the cache is damaged", async () => {
    answer = serve(genuine);
    for (const damaged of [genuine.subarray(0, 1000), new Uint8Array(LENGTH)]) {
      writeFileSync(join(folder, `${NAME}.tflite`), damaged);
      expectGenuine(await fetchModel(NAME, { url, cache: folder }));
    }
    expect(ranges.length).toBe(2);
  });

  test("may be fetched twice at once", async () => {
    answer = serve(genuine, { most: 200_000 });
    const both = await Promise.all([1, 2].map(() => fetchModel(NAME, { url, cache: folder })));
    for (const bytes of both) expectGenuine(bytes);
    expect(readdirSync(folder)).toEqual([`${NAME}.tflite`]);
  });

  test("is not kept where the default cache cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    vi.stubEnv("MOBILENET_SIMD_CACHE", join(folder, "file"));
    answer = serve(genuine);
    expectGenuine(await fetchModel(NAME, { url }));
  });

  test("is kept in the Cache API of pages", async () => {
    const kept = new Map<string, Response>();
    const cache = {
      match: async (key: string) => kept.get(key)?.clone(),
      put: async (key: string, response: Response) => void kept.set(key, response),
    };
    vi.stubGlobal("caches", { open: async () => cache });
    answer = serve(genuine, { most: 300_000 });
    expectGenuine(await fetchModel(NAME, { url }));
    expectGenuine(await fetchModel(NAME, { url }));
    expect(ranges).toEqual([undefined, "bytes=300000-"]);
    expect([...kept.keys()].length).toBe(1);
  });

  test.each(Object.entries(MODELS))("%s is the file of the registry", async (name, { bytes, url: pinned }) => {
    const path = name.startsWith("mobilenet_v1") ? [] : ["zoo"];
    const file = sharedBytes("models", ...path, pinned.slice(pinned.lastIndexOf("/") + 1));
    expect(file.length).toBe(bytes);
    answer = serve(file);
    expect((await fetchModel(name as ModelName, { url, cache: false })).length).toBe(bytes);
  });
});
