/**
 * Merges chunks that are always loaded together. esbuild makes a chunk for each set of entries that share code; where
 * nothing bundles the package again, every one costs Node about a millisecond at start.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { build } from "esbuild";

/** The outputs that an output loads at once, itself included. */
export function loadedAtOnce(outputs, output) {
  const found = new Set([output]);
  for (const path of found) {
    for (const { path: next, kind } of outputs[path].imports) {
      if (kind === "import-statement" && outputs[next]) found.add(next);
    }
  }
  return found;
}

/**
 * Makes one file of each group of chunks, and imports from it where the chunks were imported.
 *
 * @param {string} folder the paths of `outputs` are relative to it.
 * @param {import("esbuild").Metafile["outputs"]} outputs of the build.
 * @param {Readonly<Record<string, readonly string[]>>} groups paths of chunks by the path of their file.
 */
export async function mergeChunks(folder, outputs, groups) {
  /** Of each chunk: its file, and the name there of one of its exports. */
  const moved = new Map(
    Object.entries(groups).flatMap(([file, chunks]) =>
      chunks.map((chunk, index) => [
        resolve(folder, chunk),
        { file: resolve(folder, file), rename: (name) => `${name}${index}` },
      ]),
    ),
  );
  for (const [file, chunks] of Object.entries(groups)) {
    const contents = chunks.map((chunk) => {
      const { exports, entryPoint } = outputs[chunk];
      const { rename } = moved.get(resolve(folder, chunk));
      // Who imports a chunk dynamically knows its exports by their names.
      const names = exports.flatMap((name) => [`${name} as ${rename(name)}`, ...(entryPoint ? [name] : [])]);
      return `export{${names}}from"./${chunk}";`;
    });
    await build({
      stdin: { contents: contents.join("\n"), resolveDir: folder },
      absWorkingDir: folder,
      outfile: file,
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      lineLimit: 160,
      plugins: [only(new Set(chunks.map((chunk) => resolve(folder, chunk))))],
      logLevel: "warning",
    });
  }
  for (const chunk of moved.keys()) rmSync(chunk);
  for (const path of [...Object.keys(outputs), ...Object.keys(groups)]) {
    const importer = resolve(folder, path);
    if (path.endsWith(".js") && !moved.has(importer)) redirect(importer, moved);
  }
}

/** Bundles these files and leaves the imports of others as they are. */
function only(files) {
  const external = ({ path, resolveDir }) =>
    files.has(resolve(resolveDir, path)) ? undefined : { path, external: true };
  return { name: "only", setup: ({ onResolve }) => onResolve({ filter: /^\./ }, external) };
}

const IMPORT = /import(?:\{([^}]*)\}from)?"(\.[^"]+)";|import\("(\.[^"]+)"\)/g;

/** Makes a file import from their new files what it imports from chunks. */
function redirect(importer, moved) {
  const folder = dirname(importer);
  const text = readFileSync(importer, "utf8");
  const redirected = text.replace(IMPORT, (statement, names = "", path, later) => {
    const target = moved.get(resolve(folder, path ?? later));
    if (!target) return statement;
    const from = `"${relative(folder, target.file).replace(/^(?!\.)/, "./")}"`;
    if (later) return `import(${from})`;
    const specifiers = names
      .trim()
      .split(/\s*,\s*/)
      .filter(Boolean);
    if (!specifiers.length) return "";
    return `import{${specifiers.map((specifier) => renamed(specifier, target.rename))}}from${from};`;
  });
  if (redirected !== text) writeFileSync(importer, redirected);
}

/** `a as b` or `a`, which is short for `a as a`, with another name for the export. */
function renamed(specifier, rename) {
  const [name, local = name] = specifier.split(/\s+as\s+/);
  return `${rename(name)} as ${local}`;
}
