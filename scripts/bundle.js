/**
 * Bundles the entries of the package into build/.
 *
 * Which entries there are stands in package.json: `"./faces": { "workerd": "./build/workerd/faces.js", …, "default":
 * "./build/faces.js" }` is src/faces.ts, bundled once for each condition. They differ only in where kernels come from:
 * what an entry imports from kernels/inline.js comes from kernels/workerd.ts and kernels/edge-light.ts in the variants.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";
import { loadedAtOnce, mergeChunks } from "./merge.js";

const ROOT = resolve(import.meta.dirname, "..");
const { version, exports, optionalDependencies } = JSON.parse(readFileSync(resolve(ROOT, "package.json"), "utf8"));

const VARIANTS = ["workerd", "edge-light"];

/** Of each file in the exports: its source and, if it is not the default one, the variant. */
const entryPoints = Object.values(exports)
  .flatMap(Object.entries)
  .filter(([condition, path]) => condition !== "types" && path?.endsWith(".js"))
  .map(([condition, path]) => {
    const out = path.replace("./build/", "").replace(/\.js$/, "");
    const source = `./src/${out.replace(`${condition}/`, "")}.ts`;
    return { out, in: VARIANTS.includes(condition) ? `${condition}:${source}` : source };
  });

/** An entry of a variant is a module of its own in the namespace of that name; what it imports is shared with the others. */
const variantEntries = {
  name: "variants",
  setup({ onResolve, onLoad }) {
    for (const variant of VARIANTS) {
      onResolve({ filter: new RegExp(`^${variant}:`) }, ({ path }) => ({
        path: path.slice(variant.length + 1),
        namespace: variant,
      }));
      onResolve({ filter: /\/kernels\/inline\.js$/, namespace: variant }, () => ({
        path: resolve(ROOT, `src/kernels/${variant}.ts`),
      }));
      onLoad({ filter: /./, namespace: variant }, ({ path }) => ({
        contents: readFileSync(resolve(ROOT, path), "utf8"),
        resolveDir: resolve(ROOT, "src"),
        loader: "ts",
      }));
    }
  },
};

/** Kernels are deflated text (`?inline`) or stay files beside the bundle. */
const kernels = {
  name: "kernels",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, ({ path, suffix }) => {
      const contents = readFileSync(path);
      if (suffix !== "?inline") return { contents, loader: "copy" };
      const text = deflateRawSync(contents, { level: 9 }).toString("base64");
      const [file, size] = [basename(path), contents.length];
      return { contents: `export default "${text}"; export const file = "${file}", size = ${size};`, loader: "js" };
    });
  },
};

const { metafile } = await build({
  entryPoints: [...entryPoints, { in: "./src/cli/index.ts", out: "cli" }],
  absWorkingDir: ROOT,
  outdir: "build",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["node:*", ...Object.keys(optionalDependencies)], // the rest is small, and one file opens sooner than many
  lineLimit: 160,
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "[name]",
  allowOverwrite: true, // kernels are copied onto themselves
  loader: { ".txt": "text" },
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  plugins: [variantEntries, kernels],
  logLevel: "warning",
  metafile: true,
});

/**
 * Four files to load a model: the code of loadModel(), which every variant has, the part of it that models also need, the
 * kernels that are text, and the reader that is used most.
 */
const { outputs } = metafile;
const loadedBy = (entry) => loadedAtOnce(outputs, `build/${entry}.js`);
const inline = [...loadedBy("index")].slice(1);
const variants = VARIANTS.map((variant) => loadedBy(`${variant}/index`));
const core = inline.filter((chunk) => variants.every((chunks) => chunks.has(chunk)));
const models = loadedBy("models");
const reader = Object.keys(outputs).find((path) => outputs[path].entryPoint === "src/formats/tflite/read.ts");
await mergeChunks(ROOT, outputs, {
  "build/chunks/base.js": core.filter((chunk) => models.has(chunk)),
  "build/chunks/core.js": core.filter((chunk) => !models.has(chunk)),
  "build/chunks/inline.js": inline.filter((chunk) => !core.includes(chunk)),
  "build/chunks/tflite.js": [...loadedAtOnce(outputs, reader)].filter((chunk) => !core.includes(chunk)),
});

/** What became part of the bundles, with its licence. */
const packages = new Set(
  Object.keys(metafile.inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
);
const licenses = [...packages].toSorted().map((name) => {
  const folder = resolve(ROOT, "node_modules", name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const { version: installed, license } = JSON.parse(readFileSync(resolve(folder, "package.json"), "utf8"));
  const text = file ? `\n\n${readFileSync(resolve(folder, file), "utf8").trim()}` : "";
  return `# ${name} ${installed} (${license})${text}\n`;
});
writeFileSync(resolve(ROOT, "build/LICENSES.md"), licenses.join("\n"));
