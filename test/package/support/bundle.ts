/** Bundlers as somebody runs them who has set nothing. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { FOLDER, tool } from "./tools.js";

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

/**
 * Vite's server for development, which bundles packages on its own when they are first asked for.
 *
 * @returns the address of the page, and what stops it.
 */
export async function startVite(folder: string, script: string): Promise<{ url: string; stop: () => void }> {
  writePage(folder, script);
  const vite = spawn(process.execPath, [join(FOLDER, "node_modules/vite/bin/vite.js"), "--host", "127.0.0.1"], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    vite.once("exit", (code) => reject(new Error(`Vite ended with code ${code}`)));
    createInterface(vite.stdout).on("line", (line) => {
      const address = /http:\S+/.exec(line);
      if (address) resolve(address[0]);
    });
  });
  return { url, stop: () => vite.kill() };
}

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
    logLevel: "silent", // the error has it all
  });
}

/**
 * A script as bundlers for edge functions make it: the condition edge-light, and what is imported with ?module compiled
 * beforehand. Their runtimes are not to be had; in Node it does the same.
 */
export async function bundleForEdge(folder: string, script: string, outfile: string): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: [script],
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["edge-light"],
    outfile,
    logLevel: "silent",
    plugins: [
      {
        name: "modules",
        setup({ onLoad }) {
          onLoad({ filter: /\.wasm$/ }, ({ path, suffix }) => {
            if (suffix !== "?module") throw new Error(`${path} is imported without ?module`);
            const base64 = JSON.stringify(readFileSync(path, "base64"));
            return { contents: `export default new WebAssembly.Module(Buffer.from(${base64}, "base64"))` };
          });
        },
      },
    ],
  });
}
