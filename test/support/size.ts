/** How large the entries of the package are for who uses them. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";

export const ROOT = join(import.meta.dirname, "../..");

/** The exports of the package. */
export const EXPORTS = (
  JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string | null>>>>;
  }
).exports;

/**
 * Everything that a program with an entry loads at once: its code, and kernels that come as files. Of what is asked for
 * later only the modules that export one of the names in `later`.
 */
export async function loadedAtOnce(file: string, later: readonly string[] = []): Promise<Uint8Array> {
  const { outputFiles, metafile } = await build({
    entryPoints: { entry: join(ROOT, file) },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    loader: { ".wasm": "copy" },
    outdir: join(ROOT, "out"),
    absWorkingDir: ROOT,
    logLevel: "error",
    write: false,
    metafile: true,
  });
  const needed = new Set<string>();
  const visit = (path: string) => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      const wanted = metafile.outputs[next]?.exports.some((name) => later.includes(name));
      if (kind === "import-statement" || wanted) visit(next);
    }
  };
  visit(Object.keys(metafile.outputs).find((path) => path === "out/entry.js" || path === "out/entry.wasm")!);
  const parts = outputFiles.filter(({ path }) => needed.has(relative(ROOT, path)));
  return Buffer.concat(parts.map(({ contents }) => contents));
}
