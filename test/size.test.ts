/**
 * The package and compiled models stay small, and the tables of sizes in docs/runtimes.md are true; with WRITE_SIZES=1, as
 * `npm run size` sets it, they are written.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { writeTflite } from "../src/formats/tflite/write.js";
import { mobileNetV1 } from "../src/models/mobilenetv1.js";
import { compile } from "./support/compiled.js";
import { HAVE_SHARED, sharedBytes } from "./support/shared.js";
import { EXPORTS, loadedAtOnce, ROOT } from "./support/size.js";

const DOCUMENT = join(ROOT, "docs/runtimes.md");

/** In kilobytes, in the order of a table's columns. */
type Sizes = readonly number[];

const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 });

function kilobytes(...versions: readonly Uint8Array[]): Sizes {
  return versions.map(({ length }) => length / 1000);
}

async function measureEntries(): Promise<Map<string, Sizes>> {
  const sizes = new Map<string, Sizes>();
  const measure = async (name: string, file: string, later: readonly string[] = []) => {
    const bytes = await loadedAtOnce(file, later);
    sizes.set(name, kilobytes(bytes, gzip(bytes), brotliCompressSync(bytes)));
  };
  for (const [subpath, targets] of Object.entries(EXPORTS)) {
    if (typeof targets === "string") continue;
    for (const [condition, file] of Object.entries(targets)) {
      if (condition === "types" || file === null) continue;
      const name = `mobilenet-simd${subpath.slice(1)}`;
      await measure(condition === "default" ? name : `${name}, ${condition}`, file);
    }
  }
  await measure("mobilenet-simd, once it reads a .tflite file", "build/index.js", ["readTflite"]);
  return sizes;
}

/** The compiled model, and the file together with the package that reads it. */
async function measureModel(tflite: Uint8Array): Promise<{ compiled: Sizes; interpreted: Sizes }> {
  const { code } = await compile(new Uint8Array(tflite));
  const entry = await loadedAtOnce("build/index.js", ["readTflite"]);
  return {
    compiled: kilobytes(code, gzip(code)),
    interpreted: kilobytes(Buffer.concat([entry, tflite]), Buffer.concat([gzip(entry), gzip(tflite)])),
  };
}

/** A table between comments of its name in the document, which prettier aligns. */
function replaceTable(document: string, name: string, columns: readonly string[], sizes: ReadonlyMap<string, Sizes>) {
  const rows = [...sizes].map(([row, values]) => [`\`${row}\``, ...values.map((value) => value.toFixed(1))]);
  const lines = [["", ...columns], ["-", ...columns.map(() => "-:")], ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  return document.replace(tableOf(name), () => `\n${lines.join("\n")}\n\n`);
}

function tableOf(name: string): RegExp {
  return new RegExp(`(?<=<!-- ${name} -->\\n)[\\s\\S]*(?=<!-- /${name} -->)`);
}

function parse(document: string, name: string): Map<string, Sizes> {
  const rows = [
    ...tableOf(name)
      .exec(document)![0]
      .matchAll(/^\| `(.+)` +\|((?: +[\d.]+ \|)+)$/gm),
  ];
  return new Map(rows.map(([, row, cells]) => [row!, cells!.split("|").slice(0, -1).map(Number)]));
}

/** Compares a table with what was measured, or writes it. Rows that cannot be measured here stay as they are. */
function checkTable(name: string, columns: readonly string[], measured: ReadonlyMap<string, Sizes>): void {
  const document = readFileSync(DOCUMENT, "utf8");
  const table = parse(document, name);
  if (process.env.WRITE_SIZES) {
    const rows = HAVE_SHARED ? measured : new Map([...table, ...measured]);
    return writeFileSync(DOCUMENT, replaceTable(document, name, columns, rows));
  }
  const advice = "npm run size writes the table";
  if (HAVE_SHARED) expect([...table.keys()], advice).toEqual([...measured.keys()]);
  for (const [row, values] of measured) {
    expect(table.get(row)?.length, `${row}: ${advice}`).toBe(values.length);
    for (const [i, value] of values.entries()) {
      expect(Math.abs(table.get(row)![i]! - value), `${row}: ${advice}`).toBeLessThan(0.05 * value + 0.1);
    }
  }
}

test.each([
  ["the default entry", [], 36_000],
  ["the default entry with the reader of .tflite files", ["readTflite"], 41_000],
] as const)("%s stays within its limit, gzipped", async (_, later, limit) => {
  expect(gzip(await loadedAtOnce("build/index.js", later)).length).toBeLessThanOrEqual(limit);
});

test("the table of entries", async () => {
  checkTable("sizes", ["raw", "gzip", "brotli"], await measureEntries());
});

describe("compiled models", () => {
  const SHARED = "0.25/128 uint8";
  const SEEDED = "1.0/224 float32";
  const models = new Map<string, Awaited<ReturnType<typeof measureModel>>>();

  beforeAll(async () => {
    if (HAVE_SHARED) {
      models.set(SHARED, await measureModel(sharedBytes("models", "mobilenet_v1_0.25_128_quant.tflite")));
    } else {
      console.warn("skipping the size of the compiled 0.25/128 uint8: ../shared is missing");
    }
    models.set(SEEDED, await measureModel(writeTflite(mobileNetV1())));
  });

  test.skipIf(!HAVE_SHARED)("0.25/128 uint8 takes at most 560 kB, 410 gzipped", () => {
    const [raw, gzipped] = models.get(SHARED)!.compiled;
    expect(raw).toBeLessThanOrEqual(560);
    expect(gzipped).toBeLessThanOrEqual(410);
  });

  test("1.0/224 float32 takes no more than its .tflite file and the package", () => {
    const { compiled, interpreted } = models.get(SEEDED)!;
    expect(compiled[0]).toBeLessThanOrEqual(interpreted[0]!);
    expect(compiled[1]).toBeLessThanOrEqual(interpreted[1]!);
  });

  test("the table", () => {
    const rows = [...models].flatMap(([name, { compiled, interpreted }]) => [
      [`${name}, compiled`, compiled] as const,
      [`${name}, .tflite and package`, interpreted] as const,
    ]);
    checkTable("compiled sizes", ["raw", "gzip"], new Map(rows));
  });
});
