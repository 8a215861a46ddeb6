/** The order of the house: imports point downward, nothing imports in a circle, kernels import only kernels. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** Folders and files below src, highest first; a file may import from its own row and those below it. */
const ROWS = [
  ["cli/"],
  ["index.ts", "faces.ts", "models.ts", "compile.ts"],
  ["kernels/"],
  ["api/", "faces/"],
  ["formats/", "models/", "runtime/", "compiler/", "image/", "detection/"],
  ["io/", "ir/"],
  ["errors.ts"],
];

function rowOf(file: string): number {
  const row = ROWS.findIndex((places) =>
    places.some((place) => file === place || (place.endsWith("/") && file.startsWith(place))),
  );
  if (row < 0) throw new Error(`src/${file} has no place in the order of imports`);
  return row;
}

/** The source files of a folder, by their path from it. */
function sourcesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.includes("node_modules"),
  );
}

/** The modules that a file imports, types included, by path from the same folder. */
function importsOf(folder: string, file: string): string[] {
  const source = readFileSync(join(ROOT, folder, file), "utf8");
  const statements = [...source.matchAll(/(?:^(?:import|export)\b[^;"]*?from |\bimport\()"(\.[^"]+)"/gm)];
  return statements
    .filter(([, path]) => !/\.(wasm|txt|json)/.test(path!))
    .map(([, path]) => `${normalize(join(dirname(file), path!.replace(/\.js$/, "")))}.ts`);
}

test.each(sourcesOf("src"))("src/%s imports only from below", (file) => {
  for (const imported of importsOf("src", file)) {
    if (imported.startsWith("..")) continue;
    expect(rowOf(imported), `${file} → ${imported}`).toBeGreaterThanOrEqual(rowOf(file));
  }
});

test.each(["src", "assembly", "test", "bench"])("%s has no circle of imports", (folder) => {
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (file: string, trail: readonly string[]) => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      circles.push([...trail.slice(trail.indexOf(file)), file].join(" → "));
      return;
    }
    state.set(file, "open");
    for (const imported of importsOf(folder, file)) {
      if (!imported.startsWith("..")) visit(imported, [...trail, file]);
    }
    state.set(file, "done");
  };
  const files = new Set(sourcesOf(folder));
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test("kernels import only kernels", () => {
  for (const file of sourcesOf("assembly")) {
    for (const imported of importsOf("assembly", file)) {
      expect(relative(join(ROOT, "assembly"), join(ROOT, "assembly", imported))).not.toMatch(/^\.\./);
    }
  }
});
