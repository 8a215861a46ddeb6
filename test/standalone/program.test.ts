/** The JavaScript program in docs/standalone.md, as it stands. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { compile } from "../support/compiled.js";
import { temporaryFolder } from "../support/files.js";
import { loadModel } from "../support/load.js";

const folder = temporaryFolder();

test("docs/standalone.md: JavaScript", async () => {
  const document = readFileSync(new URL("../../docs/standalone.md", import.meta.url), "utf8");
  const [, program] = /<!-- program -->\n+```js\n([\s\S]+?)```/.exec(document)!;
  const labels = Array.from({ length: 12 }, (_, i) => `class-${i}`);
  const graph = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 12 });
  const { code } = await compile(graph, { labels });
  writeFileSync(join(folder(), "model.wasm"), code);
  writeFileSync(join(folder(), "program.mjs"), program!);
  const printed = execFileSync(process.execPath, ["program.mjs"], { cwd: folder(), encoding: "utf8" });
  const grey = { data: new Uint8Array(640 * 480 * 3).fill(128), width: 640, height: 480 };
  const expected = (await loadModel(graph, { kernels: "simd", labels })).classify(grey);
  const lines = printed.trim().split("\n");
  expect(lines.map((line) => line.split(" ")[0])).toEqual(expected.map(({ label }) => label));
  for (const [i, line] of lines.entries()) {
    expect(Math.abs(Number(line.split(" ")[1]) - expected[i]!.score)).toBeLessThan(1e-7);
  }
});
