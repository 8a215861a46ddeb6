/** Imports point downward, and nothing imports what stands above it. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** Folders and files below src, highest first; a file may import from its own row and those below it. */
const ROWS = [
  ["cli/"],
  ["index.ts", "faces.ts", "models.ts"],
  ["kernels/"],
  ["api.ts", "network.ts", "faces/"],
  [
    "formats/",
    "models/",
    "runtime/",
    "image/",
    "detection/",
    "classes.ts",
    "detections.ts",
    "labels.ts",
    "layers.ts",
    "source.ts",
    "tensors.ts",
    "unzip.ts",
  ],
  ["graph/"],
  ["errors.ts", "text.ts"],
];

/** Rooms in the same row that do not know each other. */
const APART = ["formats/", "models/", "runtime/", "image/", "detection/"];

function rowOf(file: string): number {
  const row = ROWS.findIndex((places) =>
    places.some((place) => file === place || (place.endsWith("/") && file.startsWith(place))),
  );
  if (row < 0) throw new Error(`src/${file} has no place in the order of imports`);
  return row;
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, "src", file), "utf8");
  const found = [...source.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) => path!);
  return found
    .filter((path) => path.endsWith(".js"))
    .map((path) => normalize(join(dirname(file), path.replace(/\.js$/, ".ts"))));
}

const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".d.ts"),
);

test.each(sources)("src/%s imports only from below", (file) => {
  const room = APART.find((place) => file.startsWith(place));
  for (const imported of importsOf(file)) {
    expect(rowOf(imported), `${file} → ${imported}`).toBeGreaterThanOrEqual(rowOf(file));
    const other = APART.find((place) => imported.startsWith(place));
    if (room && other) expect(other, `${file} → ${imported}`).toBe(room);
  }
});

test("kernels import only kernels", () => {
  const kernels = readdirSync(join(ROOT, "assembly"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  for (const file of kernels) {
    const source = readFileSync(join(ROOT, "assembly", file), "utf8");
    for (const [, path] of source.matchAll(/from "(\.[^"]+)"/g)) {
      expect(relative(join(ROOT, "assembly"), join(ROOT, "assembly", dirname(file), path!))).not.toMatch(/^\.\./);
    }
  }
});
