/** What is published: only our own files, and few bytes. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { buildFile } from "./support/modules.js";
import { EXPORTS, loadedAtOnce, ROOT } from "./support/size.js";

/** A condition without a file says that the entry is not for a runtime. */
const FILES = Object.values(EXPORTS)
  .flatMap((target) => (typeof target === "string" ? target : Object.values(target)))
  .filter((file) => file !== null);

/** What a bundle of an entry exports, and the kernels that it takes from files. */
async function variant(file: string): Promise<{ names: string[]; files: string[] }> {
  const { metafile } = await build({
    entryPoints: [join(ROOT, file)],
    bundle: true,
    format: "esm",
    outdir: join(ROOT, "out"),
    absWorkingDir: ROOT,
    write: false,
    metafile: true,
    external: ["*.wasm", "*.wasm?module"],
  });
  const [output] = Object.values(metafile.outputs);
  return {
    names: output!.exports.toSorted(),
    files: output!.imports.filter(({ external }) => external).map(({ path }) => basename(path)),
  };
}

describe("the package", () => {
  test("holds the build and its documents, nothing else", () => {
    const listing = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [{ files }] = JSON.parse(listing) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    expect(paths).toContain("build/index.js");
    expect(paths).toContain("build/index.d.ts");
    expect(paths).toContain("build/cli.js");
    for (const path of paths)
      expect(path).toMatch(
        /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|build\/LICENSES\.md|build\/.+\.(js|d\.ts|wasm))$/,
      );
    expect(paths.some((path) => path.startsWith("build/bench"))).toBe(false);
  });

  test("has the files that its exports name", () => {
    for (const file of FILES) expect(existsSync(join(ROOT, file)), file).toBe(true);
  });

  test("has entries that differ only in where their kernels come from", async () => {
    const entries = Object.values(EXPORTS).filter((target) => typeof target === "object" && !!target.workerd);
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries as Record<string, string>[]) {
      const usual = await variant(entry.default!);
      const workerd = await variant(entry.workerd!);
      const edge = await variant(entry["edge-light"]!);
      expect(workerd.names).toEqual(usual.names);
      expect(edge.names).toEqual(usual.names);
      expect(usual.files).toEqual([]);
      expect(workerd.files).toEqual(["kernels.rare.wasm", "kernels.simd.wasm", "relaxed.wasm"]);
      expect(edge.files).toEqual(["kernels.rare.wasm?module", "kernels.simd.wasm?module"]);
    }
  });

  test.each(["simd", "relaxed", "rare"] as const)("has %s kernels below 64 KB", (name) => {
    expect(buildFile(`kernels.${name}.wasm`).length).toBeLessThan(65536);
  });

  test("has a default entry below 40 KB gzipped, kernels and dependencies included", async () => {
    const bytes = await loadedAtOnce("build/index.js");
    const zipped = gzipSync(bytes, { level: 9 }).length;
    console.info(`default entry: ${bytes.length} bytes, ${zipped} gzipped`);
    expect(zipped).toBeLessThan(40 * 1024);
    expect(bytes.length).toBeGreaterThan(50_000); // the kernels are in it
  });
});
