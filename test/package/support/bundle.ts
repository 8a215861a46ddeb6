/** Bundlers as somebody runs them who has set nothing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { tool } from "./tools.js";

/** What makes a page of a script, both in a consumer's folder: `out` there gets an index.html and what it loads. */
export const BUNDLERS: Readonly<Record<string, (folder: string, script: string, out: string) => Promise<void>>> = {
  esbuild: async (folder, script, out) => {
    const outfile = join(out, "main.js");
    await build({ absWorkingDir: folder, entryPoints: [script], bundle: true, format: "esm", outfile });
    writePage(join(folder, out), "main.js");
  },
  Rollup: async (folder, script, out) => {
    const output = ["--dir", out, "--entryFileNames", "main.js"];
    await tool("rollup", ["--plugin", "node-resolve", "--input", script, ...output], folder);
    writePage(join(folder, out), "main.js");
  },
  Vite: async (folder, script, out) => {
    writePage(folder, script);
    await tool("vite", ["build", "--outDir", out], folder);
  },
  webpack: async (folder, script, out) => {
    await tool("webpack", ["build", "--mode", "production", "--entry", `./${script}`, "--output-path", out], folder);
    writePage(join(folder, out), "main.js");
  },
};

function writePage(folder: string, script: string): void {
  const head = `<!doctype html><meta charset="utf-8"><title>mobilenet-simd</title>`;
  writeFileSync(join(folder, "index.html"), `${head}<script type="module" src="./${script}"></script>`);
}

/** A Worker as wrangler makes it: the condition workerd, and modules of other kinds left as files beside it. */
export async function bundleWorker(folder: string, script: string, out: string): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: [script],
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy", ".tflite": "copy" },
    assetNames: "[name]",
    outdir: out,
  });
}
