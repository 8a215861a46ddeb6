/** Every runtime and every bundler gives the bytes of TensorFlow Lite's XNNPACK, on as many threads as it has. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import type { RuntimeReport } from "../../src/index.js";
import { describeShared, sharedBytes } from "../support/shared.js";
import { BUNDLERS, bundleForEdge, bundleWorker } from "./support/bundle.js";
import { MODEL } from "./support/consumer.js";
import { withPage } from "./support/page.js";
import { ISOLATED } from "./support/serve.js";
import { CHROMIUM, EXECUTABLES, run } from "./support/tools.js";
import { startWorkerd } from "./support/workerd.js";

const { folder } = inject("consumer");
const golden = (): Uint8Array => sharedBytes("golden", "outputs", "xnnpack", `${MODEL}.bin`);

/** Compares without printing 131131 numbers when they differ. */
function expectGolden(outputs: Uint8Array): void {
  expect(outputs.length).toBe(131 * 1001);
  expect(Buffer.compare(outputs, golden())).toBe(0);
}

const SCRIPTS = {
  [`Node ${process.versions.node}`]: [process.execPath],
  "Node 24": [EXECUTABLES["Node 24"]],
  Deno: [EXECUTABLES.Deno, "run", "--allow-read", "--allow-write"],
  Bun: [EXECUTABLES.Bun],
};

describeShared.each(Object.entries(SCRIPTS))("%s", (_, [program, ...args]) => {
  test.each([
    [{ threads: 1 }, { threads: 1 }],
    [{ threads: 2 }, { threads: 2 }],
    [{ kernels: "simd" }, { kernels: "simd" }],
  ])("%j", async (options, expected) => {
    const outputs = join(folder, "outputs.bin");
    const files = ["model.tflite", "inputs.bin", outputs, JSON.stringify(options)];
    const printed = await run(program!, [...args, "script.js", ...files], folder);
    const runtime = JSON.parse(printed) as RuntimeReport;
    expect(runtime).toMatchObject(expected);
    expect(runtime.reasons).toBeUndefined();
    expectGolden(readFileSync(outputs));
  });
});

describeShared("workerd", () => {
  test.each([
    [{ threads: 1 }, { kernels: "relaxed", threads: 1 }],
    [
      { threads: 2 },
      { kernels: "relaxed", threads: 1, reasons: { threads: expect.stringContaining("no kernels for shared memory") } },
    ],
    [{ kernels: "simd" }, { kernels: "simd", threads: 1 }],
  ])("%j", async (options, expected) => {
    await bundleWorker(folder, "worker.js", "worker");
    const { origin, stop } = await startWorkerd(join(folder, "worker"), "worker.js");
    try {
      const url = `${origin}/goldens?options=${encodeURIComponent(JSON.stringify(options))}`;
      const response = await fetch(url, { method: "POST", body: readFileSync(join(folder, "inputs.bin")) });
      expect(JSON.parse(response.headers.get("runtime")!)).toMatchObject(expected);
      expectGolden(new Uint8Array(await response.arrayBuffer()));
    } finally {
      stop();
    }
  });
});

describeShared("edge-light", () => {
  test("gives the same bytes, whatever is asked for with the kernels that it has", async () => {
    await bundleForEdge(folder, "script.js", "edge.js");
    for (const options of [{}, { kernels: "relaxed" }, { threads: 2 }]) {
      const outputs = join(folder, "outputs.bin");
      const files = ["model.tflite", "inputs.bin", outputs, JSON.stringify(options)];
      const printed = await run(EXECUTABLES["Node 24"], ["edge.js", ...files], folder);
      expect(JSON.parse(printed)).toMatchObject({ kernels: "simd", threads: 1 });
      expectGolden(readFileSync(outputs));
    }
  });
});

if (!CHROMIUM) console.warn("skipping pages in Chromium: it is not installed; apt-get install chromium");

(CHROMIUM ? describeShared : describe.skip).each(Object.entries(BUNDLERS))(
  "a page by %s in Chromium",
  (name, bundle) => {
    test("gives the same bytes on one thread and on two", async () => {
      const out = `page-${name}`;
      mkdirSync(join(folder, out));
      await bundle(folder, "page.js", out);
      for (const threads of [1, 2]) {
        const runtime = await withPage([join(folder, out), folder], ISOLATED, (page) =>
          page.evaluate<RuntimeReport>(`goldens({ threads: ${threads} })`),
        );
        expect(runtime).toMatchObject({ kernels: "relaxed", threads });
        expectGolden(readFileSync(join(folder, "outputs.bin")));
      }
    });

    test("has one thread where the page is not isolated", async () => {
      const runtime = await withPage([join(folder, `page-${name}`), folder], {}, (page) =>
        page.evaluate<RuntimeReport>(`goldens({ threads: 2 })`),
      );
      expect(runtime).toMatchObject({
        threads: 1,
        reasons: { threads: "the page is not cross-origin isolated" },
      });
      expectGolden(readFileSync(join(folder, "outputs.bin")));
    });
  },
);
