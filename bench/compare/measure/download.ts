/** What a page that uses an engine downloads before any model: its script, bundled, and what the script fetches. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { Page } from "../engines/engine.js";
import { ENGINES, type EngineName } from "../engines/index.js";
import { rivalPath } from "../engines/rivals.js";
import { COMPARE } from "../folders.js";
import type { Quantity, Row } from "./rows.js";
import { figure } from "./statistics.js";

const MEASURES = {
  download: (part) => part.length,
  gzip: (part) => gzipSync(part, { level: 9 }).length,
} as const satisfies Partial<Record<Quantity, (part: Uint8Array) => number>>;

export async function measureDownloads(engines: readonly EngineName[]): Promise<Row[]> {
  const pages = await Promise.all(engines.map(async (name) => [name, (await ENGINES[name]()).page] as const));
  const downloads = await Promise.all(
    pages.map(async ([name, page]) => [name, page && (await download(page))] as const),
  );
  return Object.entries(MEASURES).map(([quantity, measure]) => {
    const outcomes = downloads.map(([name, parts]) => {
      if (!parts) return [name, { failure: "unsupported", reason: "does not run in pages" }];
      return [name, figure([parts.reduce((total, part) => total + measure(part) / 1000, 0)])];
    });
    return { quantity: quantity as keyof typeof MEASURES, threads: 1, outcomes: Object.fromEntries(outcomes) };
  });
}

async function download({ script, files }: Page): Promise<Uint8Array[]> {
  return [...(await bundle(script)), ...(await Promise.all(files.map((file) => readFile(rivalPath(file)))))];
}

/** The script with all that it imports, minified; without the chunks that it imports on demand. */
async function bundle(script: string): Promise<Uint8Array[]> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: script, resolveDir: fileURLToPath(COMPARE) },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: ["node:*", "module", "worker_threads"], // in branches that only Node enters
    outdir: "out",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const loaded = new Set(["out/stdin.js"]);
  for (const path of loaded)
    for (const { path: imported, kind } of metafile.outputs[path]!.imports)
      if (kind === "import-statement") loaded.add(imported);
  return outputFiles.filter(({ path }) => loaded.has(`out/${basename(path)}`)).map(({ contents }) => contents);
}
