/**
 * The package stays small, and the table of sizes in docs/runtimes.md is true; with WRITE_SIZES=1, as `npm run size` sets
 * it, it is written.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { EXPORTS, loadedAtOnce, ROOT } from "./support/size.js";

const DOCUMENT = join(ROOT, "docs/runtimes.md");
const TABLE = /(?<=<!-- sizes -->\n)[\s\S]*(?=<!-- \/sizes -->)/;

/** Raw, gzipped and with brotli, in kilobytes. */
type Sizes = readonly [number, number, number];

function sizesOf(bytes: Uint8Array): Sizes {
  const [raw, gzip, brotli] = [bytes, gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)];
  return [raw!.length / 1000, gzip!.length / 1000, brotli!.length / 1000];
}

async function measure(): Promise<Map<string, Sizes>> {
  const sizes = new Map<string, Sizes>();
  for (const [subpath, targets] of Object.entries(EXPORTS)) {
    if (typeof targets === "string") continue;
    for (const [condition, file] of Object.entries(targets)) {
      if (condition === "types" || file === null) continue;
      const name = `mobilenet-simd${subpath.slice(1)}`;
      sizes.set(condition === "default" ? name : `${name}, ${condition}`, sizesOf(await loadedAtOnce(file)));
    }
  }
  sizes.set(
    "mobilenet-simd, once it reads a .tflite file",
    sizesOf(await loadedAtOnce("build/index.js", ["readTflite"])),
  );
  return sizes;
}

/** A table, which prettier aligns. */
function format(sizes: ReadonlyMap<string, Sizes>): string {
  const rows = [...sizes].map(([name, values]) => [`\`${name}\``, ...values.map((value) => value.toFixed(1))]);
  const lines = [["", "raw", "gzip", "brotli"], ["-", "-:", "-:", "-:"], ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  return `\n${lines.join("\n")}\n\n`;
}

function parse(table: string): Map<string, number[]> {
  const rows = [...table.matchAll(/^\| `(.+)` +\| +([\d.]+) \| +([\d.]+) \| +([\d.]+) \|$/gm)];
  return new Map(rows.map(([, name, ...values]) => [name!, values.map(Number)]));
}

test.each([
  ["the default entry", [], 36_000],
  ["the default entry with the reader of .tflite files", ["readTflite"], 41_000],
] as const)("%s stays within its limit, gzipped", async (_, later, limit) => {
  expect(gzipSync(await loadedAtOnce("build/index.js", later), { level: 9 }).length).toBeLessThanOrEqual(limit);
});

test("the table of sizes", async () => {
  const sizes = await measure();
  const document = readFileSync(DOCUMENT, "utf8");
  if (process.env.WRITE_SIZES) return writeFileSync(DOCUMENT, document.replace(TABLE, format(sizes)));
  const table = parse(TABLE.exec(document)![0]);
  const advice = "npm run size writes the table";
  expect([...table.keys()], advice).toEqual([...sizes.keys()]);
  for (const [name, values] of sizes) {
    for (const [i, value] of values.entries()) {
      expect(Math.abs(table.get(name)![i]! - value), `${name}: ${advice}`).toBeLessThan(0.05 * value + 0.1);
    }
  }
});
