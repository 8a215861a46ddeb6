/** Where the demo's model comes from, against a server on this machine. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import demo from "../../src/cli/demo-classify.js";
import { cachePath, DEMO_MODEL, findDemoModel } from "../../src/cli/demo-model.js";
import { describeShared, HAVE_SHARED, sharedBytes } from "../support/shared.js";

let folder: string;
let server: Server;
let url: string;
let requests: number;
let answer: { status: number; body: Uint8Array };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  vi.stubEnv("MOBILENET_SIMD_CACHE", join(folder, "cache"));
  vi.stubEnv("MOBILENET_SIMD_MODEL", undefined);
  requests = 0;
  answer = { status: 200, body: new Uint8Array(0) };
  server = createServer((_, response) => {
    ++requests;
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.tflite`;
});

afterEach(() => {
  server.close();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe("a model that cannot be had", () => {
  test.each([
    ["a missing file", 404, new Uint8Array(0), /HTTP status 404/],
    [
      "another file",
      200,
      new Uint8Array(1000),
      /is not the file expected: its sha256 is 541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53/,
    ],
    ["an endless file", 200, new Uint8Array(600_000), /sends more than 525598 bytes/],
  ])("%s is an error, and nothing is cached", async (_, status, body, message) => {
    answer = { status, body };
    await expect(findDemoModel(url)).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a server that is not there is an error that says so", async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(findDemoModel(url)).rejects.toThrow(/cannot reach .*ECONNREFUSED/);
  });

  test("makes the demo say what to do and run with random weights", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new Error("no network")));
    const [out, err] = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, "write").mockReturnValue(true),
    );
    const photo = join(folder, "photo.jpg");
    writeFileSync(photo, jpeg.encode({ data: new Uint8Array(64 * 64 * 4), width: 64, height: 64 }).data);
    const code = await demo.run([photo]);
    vi.unstubAllGlobals();
    const text = (spy: typeof out) => spy!.mock.calls.map(([chunk]) => String(chunk)).join("");
    expect(text(err)).toContain(DEMO_MODEL.url);
    expect(text(err)).toContain("--model mobilenet_v1_0.25_128_quant.tflite");
    expect(text(err)).toContain("RANDOM WEIGHTS");
    expect(text(out)).toMatch(/photo\.jpg\n( +\d+\.\d %  \d+\n){5}/);
    expect(code).toBe(0);
  });
});

describeShared("the real model", () => {
  const genuine = HAVE_SHARED ? sharedBytes("models", "mobilenet_v1_0.25_128_quant.tflite") : new Uint8Array(0);

  test("is fetched once, then cached", async () => {
    answer.body = genuine;
    expect(await findDemoModel(url)).toEqual(genuine);
    expect(new Uint8Array(await findDemoModel(url))).toEqual(genuine);
    expect(requests).toBe(1);
  });

  test("is fetched again if the cache is damaged", async () => {
    answer.body = genuine;
    await findDemoModel(url);
    writeFileSync(cachePath(), genuine.subarray(0, 1000));
    expect(await findDemoModel(url)).toEqual(genuine);
    expect(requests).toBe(2);
  });
});
