/** The programs in docs/runtimes.md, each run as it stands there in the runtime that it is for. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import type { Classification } from "../../src/index.js";
import { decodeFile } from "../support/inputs.js";
import { loadModel } from "../support/load.js";
import { describeShared, sharedBytes, sharedPath } from "../support/shared.js";
import { BUNDLERS, bundleWorker, startVite } from "./support/bundle.js";
import { MODEL } from "./support/consumer.js";
import { visit, withPage } from "./support/page.js";
import { ISOLATED } from "./support/serve.js";
import { CHROMIUM, EXECUTABLES, ROOT, run } from "./support/tools.js";
import { startWorkerd } from "./support/workerd.js";

const { folder } = inject("consumer");
const PHOTO = "images/cat_720p.jpg";

/** Code by what runs it. */
const PROGRAMS = new Map(
  [...readFileSync(join(ROOT, "docs/runtimes.md"), "utf8").matchAll(/^```\w+ run=(\S+)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, runtimes, code]) => runtimes!.split(",").map((runtime) => [runtime, code!] as const),
  ),
);

/** Writes the program for a runtime into a folder of its own in the consumer's, with the model and the photo. */
function project(runtime: string, name: string): string {
  const own = join(folder, `docs-${runtime}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, name), PROGRAMS.get(runtime)!);
  copyFileSync(sharedPath("models", `${MODEL}.tflite`), join(own, `${MODEL}.tflite`));
  copyFileSync(sharedPath(PHOTO), join(own, "photo.jpg"));
  return own;
}

/** What the programs print of the photo, or of a black picture. */
async function expectedLine(image = decodeFile(PHOTO)): Promise<string> {
  const net = await loadModel(sharedBytes("models", `${MODEL}.tflite`));
  const [{ index, label, score }] = net.classify(image) as [Classification];
  return `${index} ${label} ${score}`;
}

describeShared("docs/runtimes.md", () => {
  test.each([
    ["node", process.execPath, []],
    ["node", EXECUTABLES["Node 24"], []],
    ["deno", EXECUTABLES.Deno, ["run", "--allow-read"]],
    ["bun", EXECUTABLES.Bun, []],
  ])("%s: %s", async (runtime, program, args) => {
    const printed = await run(program, [...args, "main.js"], project(runtime, "main.js"));
    expect(printed.trim()).toBe(await expectedLine());
  });

  test.each([
    ["node", process.execPath, []],
    ["node", EXECUTABLES["Node 24"], []],
    ["deno", EXECUTABLES.Deno, ["run", "--allow-read", "--allow-write"]],
    ["bun", EXECUTABLES.Bun, []],
  ])("compile, %s: %s", async (_, program, args) => {
    const own = project("compile", "main.js");
    rmSync(join(own, "model.wasm"), { force: true });
    await run(program, [...args, "main.js"], own);
    const code = readFileSync(join(own, "model.wasm"));
    expect(code.equals(readFileSync(join(folder, MODEL, "compiled.simd.wasm")))).toBe(true);
  });

  test.each(["workerd", "compiled-worker"])("%s", async (runtime) => {
    const own = project(runtime, "main.js");
    copyFileSync(join(folder, MODEL, "compiled.simd.wasm"), join(own, "model.wasm"));
    await bundleWorker(own, "main.js", "worker");
    const { origin, stop } = await startWorkerd(join(own, "worker"), "main.js");
    try {
      const { data, width, height } = decodeFile(PHOTO);
      const body = new Uint8Array(data);
      const response = await fetch(`${origin}/?width=${width}&height=${height}`, { method: "POST", body });
      const [best] = (await response.json()) as [Classification];
      expect(`${best.index} ${best.label} ${best.score}`).toBe(await expectedLine());
    } finally {
      stop();
    }
  });
});

(CHROMIUM ? describeShared : describe.skip)("docs/runtimes.md in Chromium", () => {
  test.each(Object.entries(BUNDLERS))("%s", async (name, bundle) => {
    const own = project(name, "main.js");
    await bundle(own, "main.js", "dist");
    const line = await withPage([join(own, "dist"), own], ISOLATED, (page) => page.printed);
    // Chromium's JPEG decoder is another one.
    expect(line.split(" ")[0]).toBe((await expectedLine()).split(" ")[0]);
  });

  test("Vite's server for development", async () => {
    const { url, stop } = await startVite(project("Vite", "main.js"), "main.js");
    try {
      const line = await visit(url, (page) => page.printed);
      expect(line.split(" ")[0]).toBe((await expectedLine()).split(" ")[0]);
    } finally {
      stop();
    }
  });

  test("without a bundler", async () => {
    const own = project("page", "index.html");
    const line = await withPage([own, folder], {}, (page) => page.printed);
    expect(line).toBe(await expectedLine({ data: new Uint8Array(64 * 64 * 3), width: 64, height: 64 }));
  });
});

test("every program on the page is run", () => {
  const runtimes = ["node", "deno", "bun", "compile", "workerd", "compiled-worker", ...Object.keys(BUNDLERS), "page"];
  expect([...PROGRAMS.keys()].toSorted()).toEqual(runtimes.toSorted());
});
