/**
 * Every runtime and every bundler gives the bytes of TensorFlow Lite's XNNPACK for the models of the goldens, on as many
 * threads as it has, and for the same models compiled.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { RuntimeReport } from "../../src/index.js";
import { describeShared } from "../support/shared.js";
import { BUNDLERS, bundleForEdge, bundleWorker } from "./support/bundle.js";
import { MODEL, MODELS } from "./support/consumer.js";
import { compiled, expectGoldenFile, expectGoldens, loaded, row, type Task } from "./support/goldens.js";
import { withPage } from "./support/page.js";
import { rowsOf, withModels } from "./support/sample.js";
import { ISOLATED } from "./support/serve.js";
import { CHROMIUM, EXECUTABLES, run } from "./support/tools.js";
import { startWorkerd, type Workerd } from "./support/workerd.js";

const { folder } = inject("consumer");
const inFolder = (...parts: string[]): string => join(folder, ...parts);

/** All that runs in an engine without relaxed SIMD; `threads` is what it makes of a second thread. */
const SIMD = [
  row(loaded({ threads: 1, kernels: "simd" }), { kernels: "simd", threads: 1 }),
  ...compiled("simd").map((task) => row(task)),
];
const SIMD_THREADS = row(loaded({ threads: 2, kernels: "simd" }), { kernels: "simd", threads: 2 });
const RELAXED = [
  row(loaded({ threads: 1 }), { kernels: "relaxed", threads: 1 }),
  ...compiled("relaxed").map((task) => row(task)),
];
const RELAXED_THREADS = row(loaded({ threads: 2 }), { kernels: "relaxed", threads: 2 });

const ALL = [...SIMD, SIMD_THREADS, ...RELAXED, RELAXED_THREADS];

const SCRIPTS = [
  // Node 20 has no relaxed SIMD.
  [
    `Node ${process.versions.node}`,
    [process.execPath],
    Number.parseInt(process.versions.node) < 22 ? [...SIMD, SIMD_THREADS] : ALL,
  ],
  // Whether it runs the wide kernels depends on the machine; the bytes do not.
  ["Node 24", [EXECUTABLES["Node 24"]], [...ALL, row(loaded({ kernels: "wide" }))]],
  ["Deno", [EXECUTABLES.Deno, "run", "--allow-read", "--allow-write"], ALL],
  ["Bun", [EXECUTABLES.Bun], ALL],
] as const;

describeShared.each(SCRIPTS)("%s", (_, [program, ...args], tasks) => {
  test.each(withModels(tasks))("%s", async (_title, task, expected, models) => {
    const printed = await run(program, [...args, "script.js", JSON.stringify(task), ...models], folder);
    const reports = JSON.parse(printed) as RuntimeReport[];
    expect(reports.length).toBe(models.length);
    for (const [index, name] of models.entries()) {
      expect(reports[index]).toMatchObject(expected);
      if (task.options?.kernels !== "wide") expect(reports[index]!.reasons).toBeUndefined();
      takeOutputs(name);
    }
  });

  test("compiles to the same bytes", async () => {
    await run(program, [...args, "compile.js", "again", ...MODELS], folder);
    for (const name of MODELS) for (const kernels of ["simd", "relaxed"]) expectSameModule(name, kernels, "again");
  });
});

/** Checks the outputs that a program wrote, and removes them, so that no other test takes them for its own. */
function takeOutputs(name: string): void {
  const path = inFolder(name, "outputs.bin");
  expectGoldenFile(name, path);
  rmSync(path);
}

function expectSameModule(name: string, kernels: string, prefix: string): void {
  const path = inFolder(name, `${prefix}.${kernels}.wasm`);
  const same = Buffer.compare(readFileSync(path), readFileSync(inFolder(name, `compiled.${kernels}.wasm`))) === 0;
  expect(same, `${name}, ${kernels}`).toBe(true);
  rmSync(path);
}

describeShared.each(MODELS)("workerd, %s", (name) => {
  let worker: Workerd;

  beforeAll(async () => {
    await bundleWorker(inFolder(name), "worker.js", "worker");
    worker = await startWorkerd(inFolder(name, "worker"), "worker.js");
  });
  afterAll(() => worker.stop());

  const noThreads = { threads: expect.stringContaining("no kernels for shared memory") as string };
  const unthreaded = row(loaded({ threads: 2 }), { kernels: "relaxed", threads: 1, reasons: noThreads });
  test.each(rowsOf(name, [...SIMD, ...RELAXED, unthreaded]))("%s", async (_title, task, expected) => {
    const url = `${worker.origin}/goldens?task=${encodeURIComponent(JSON.stringify(task))}`;
    const response = await fetch(url, { method: "POST", body: readFileSync(inFolder(name, "inputs.bin")) });
    const body = new Uint8Array(await response.arrayBuffer());
    expect(response.status, new TextDecoder().decode(body.subarray(0, 500))).toBe(200);
    expect(JSON.parse(response.headers.get("runtime")!)).toMatchObject(expected);
    expectGoldens(name, body);
  });
});

describeShared("edge-light", () => {
  const expected = { kernels: "simd", threads: 1 };

  test("gives the same bytes, whatever is asked for with the kernels that it has", async () => {
    await bundleForEdge(folder, "script.js", "edge-bundle.js");
    for (const options of [{}, { kernels: "relaxed" }, { threads: 2 }] as const) {
      const args = ["edge-bundle.js", JSON.stringify(loaded(options)), MODEL];
      const [report] = JSON.parse(await run(EXECUTABLES["Node 24"], args, folder)) as [RuntimeReport];
      expect(report).toMatchObject(expected);
      takeOutputs(MODEL);
    }
  });

  test.each(MODELS)("a compiled model that is imported, %s", async (name) => {
    await bundleForEdge(inFolder(name), "edge.js", "edge-bundle.js");
    const printed = await run(EXECUTABLES["Node 24"], ["edge-bundle.js"], inFolder(name));
    expect(JSON.parse(printed)).toMatchObject({ ...expected, reasons: { threads: expect.any(String) as string } });
    takeOutputs(name);
  });
});

test.each([
  ["workerd", bundleWorker],
  ["edge-light", bundleForEdge],
])("the compiler is not for %s: bundling says so", async (_, bundle) => {
  await expect(bundle(folder, "compile.js", "compiler")).rejects.toThrow(/mobilenet-simd\/compile/);
});

if (!CHROMIUM) console.warn("skipping pages in Chromium: it is not installed; apt-get install chromium");
const describePages = CHROMIUM ? describeShared : describe.skip;

/** Runs a task on the page that a bundler made. */
async function onPage(
  bundler: string,
  headers: Readonly<Record<string, string>>,
  task: Task,
  name = MODEL,
): Promise<RuntimeReport> {
  const report = await withPage([inFolder(`page-${bundler}`), folder], headers, (page) =>
    page.evaluate<RuntimeReport>(`goldens(${JSON.stringify(task)}, ${JSON.stringify(name)})`),
  );
  takeOutputs(name);
  return report;
}

describePages.each(Object.entries(BUNDLERS))("a page by %s in Chromium", (bundler, bundle) => {
  beforeAll(async () => {
    mkdirSync(inFolder(`page-${bundler}`));
    await bundle(folder, "page.js", `page-${bundler}`);
  });

  test.each([RELAXED[0]!, RELAXED_THREADS, SIMD[1]!])("%s", async (_title, task, expected) => {
    expect(await onPage(bundler, ISOLATED, task)).toMatchObject(expected);
  });

  test("has one thread where the page is not isolated", async () => {
    expect(await onPage(bundler, {}, loaded({ threads: 2 }))).toMatchObject({
      threads: 1,
      reasons: { threads: "the page is not cross-origin isolated" },
    });
  });

  test.each(["simd", "relaxed"])("compiles to the same bytes, %s", async (kernels) => {
    const args = [kernels, MODEL, `again.${kernels}.wasm`].map((arg) => JSON.stringify(arg));
    await withPage([inFolder(`page-${bundler}`), folder], ISOLATED, (page) => page.evaluate(`compile(${args.join()})`));
    expectSameModule(MODEL, kernels, "again");
  });
});

// The other bundlers pack the same code.
describePages.each(MODELS)("Chromium, %s", (name) => {
  test.each(rowsOf(name, ALL))("%s", async (_title, task, expected) => {
    expect(await onPage("esbuild", ISOLATED, task, name)).toMatchObject(expected);
  });
});
