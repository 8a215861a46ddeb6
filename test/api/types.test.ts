/** The declarations of the package: complete, free of the names of globals, and usable without the "dom" library. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/files.js";

const ROOT = join(import.meta.dirname, "../..");
const BUILD = join(ROOT, "build");
const ENTRIES = ["index.d.ts", "faces.d.ts", "models.d.ts", "compile.d.ts"];

/** Types that stand for the names in them: Extract<OpAttributes, { type: "add" }>, the names of expressions. */
const CLOSED = new Set(["OpAttributes", "Expression"]);

/** The text of a declaration file, without comments. */
function textOf(file: string): string {
  return readFileSync(join(BUILD, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
}

/** The names that a statement like `import { a, type B } from` or `export { a, type B } from` lists, by module. */
function listed(file: string, keyword: "import" | "export"): Map<string, string> {
  const names = new Map<string, string>();
  for (const [, list, path] of textOf(file).matchAll(
    new RegExp(`^${keyword} (?:type )?\\{([^}]*)\\} from "(\\..+)"`, "gm"),
  )) {
    const module = join(dirname(file), path!.replace(/\.js$/, ".d.ts"));
    for (const name of list!.split(",")) names.set(name.replace("type ", "").trim(), module);
  }
  names.delete("");
  return names;
}

/** Each declaration at the top level of a file, by name. */
function declarations(file: string): Map<string, string> {
  const parts = textOf(file).split(/^(?=(?:export )?(?:declare |abstract )*(?:interface|type|class|const|function) )/m);
  const named = parts.map(
    (part) => [/(?:interface|type|class|const|function) (\w+)/.exec(part)?.[1] ?? "", part] as const,
  );
  return new Map(named);
}

/** Types of the package that the exports of an entry mention, and the entry does not export. */
function missing(entry: string): string[] {
  const exported = listed(entry, "export");
  const own = [...listed(entry, "import")];
  const queue: (readonly [string, string])[] = [...exported, ...own];
  const seen = new Set(queue.map(([name]) => name));
  const lost: string[] = [];
  for (const [name, file] of queue) {
    if (CLOSED.has(name)) continue;
    const local = declarations(file);
    const imported = listed(file, "import");
    for (const [word] of (local.get(name) ?? "").matchAll(/\b[A-Z]\w+/g)) {
      const from = local.has(word) ? file : imported.get(word);
      if (!from || seen.has(word)) continue;
      seen.add(word);
      queue.push([word, from]);
      if (!exported.has(word)) lost.push(`${word} (${from}), in ${name}`);
    }
  }
  return lost;
}

/** The registry that the types of operators follow from; its own types stay inside. */
const REGISTRY = ["COMMON", "RARE", "Operators", "OpModule", "WeightTrait", "ChannelScale", "Place"];

/** Types that another entry of the package exports, or that stay inside. */
const ELSEWHERE: Readonly<Record<string, ReadonlySet<string>>> = {
  "index.d.ts": new Set(REGISTRY),
  "faces.d.ts": new Set(listed("index.d.ts", "export").keys()),
  "models.d.ts": new Set([...listed("index.d.ts", "export").keys(), ...REGISTRY]),
  "compile.d.ts": new Set([...listed("index.d.ts", "export").keys(), ...REGISTRY]),
};

describe.each(ENTRIES)("%s", (entry) => {
  test("exports every type in its signatures", () => {
    expect(listed(entry, "export").size).toBeGreaterThan(5);
    expect(missing(entry).filter((lost) => !ELSEWHERE[entry]!.has(lost.split(" ")[0]!))).toEqual([]);
  });

  test("exports no name of a global of the DOM", () => {
    const { resolve } = createRequire(import.meta.url);
    const typescript = dirname(resolve("typescript/package.json"));
    const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`;
    const native = dirname(createRequire(join(typescript, "package.json")).resolve(platform));
    const dom = readFileSync(join(native, "lib/lib.dom.d.ts"), "utf8");
    const globals = new Set([...dom.matchAll(/^(?:declare var|interface|type) (\w+)/gm)].map(([, name]) => name));
    expect(globals.size).toBeGreaterThan(1000);
    expect([...listed(entry, "export").keys()].filter((name) => globals.has(name))).toEqual([]);
  });
});

const CONSUMER = `
import { loadModel, SourceError, type ErrorCode, type LoadOptions, type Source } from "mobilenet-simd";
import { compileModel, type CompileOptions } from "mobilenet-simd/compile";
import { loadFaces } from "mobilenet-simd/faces";
import { mobileNetV1 } from "mobilenet-simd/models";

const options: LoadOptions = { kernels: "auto", threads: "auto" };
export const net = await loadModel(mobileNetV1({ alpha: 0.25 }), options);
export const [best] = net.classify({ data: new Uint8Array(3), width: 1, height: 1 });
export const score: number = best!.score;
export const label: string | undefined = best!.label;
export const outputs = net.run([new Float32Array(3)]);
export const first = outputs[0]!.data;
export const dtype = net.inputs[0]!.dtype;
export const padding = net.layers[0]!.padding;
export const { runtime, memory, layers } = net;
export const detect = net.detect.bind(net);
export const run = (input: Parameters<typeof net.run>[0]) => net.run(input);
export const faces = (await loadFaces({ kernels: "simd" })).detect;
export const compiled: Uint8Array<ArrayBuffer> = await compileModel(new Uint8Array(0), {} satisfies CompileOptions);
export const code = (error: unknown): ErrorCode | undefined => (error instanceof SourceError ? error.code : undefined);
// @ts-expect-error a number is no source
export const wrong: Source = 1;
`;

describe("a consumer compiles with declarations", () => {
  const folder = temporaryFolder();
  beforeAll(() => {
    mkdirSync(join(folder(), "node_modules/mobilenet-simd"), { recursive: true });
    mkdirSync(join(folder(), "node_modules/@types"));
    symlinkSync(BUILD, join(folder(), "node_modules/mobilenet-simd/build"));
    symlinkSync(join(ROOT, "package.json"), join(folder(), "node_modules/mobilenet-simd/package.json"));
    for (const name of ["@types/node", "undici-types"]) {
      symlinkSync(join(ROOT, "node_modules", name), join(folder(), "node_modules", name));
    }
    writeFileSync(join(folder(), "package.json"), '{ "type": "module" }');
  });

  test.each<[readonly string[], readonly string[], string]>([
    [["es2022"], [], ""],
    [["es2022"], ["node"], 'export const response: Source = new Response("");'],
    [
      ["es2022", "dom"],
      [],
      'export const response: Source = new Response(""); export const url: Source = new URL("a:b");',
    ],
  ])("with the libraries %j and the types %j", (lib, types, more) => {
    writeFileSync(join(folder(), "consumer.ts"), CONSUMER + more);
    const compilerOptions = {
      target: "es2022",
      module: "nodenext",
      lib,
      types,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      declaration: true,
      skipLibCheck: false,
      outDir: "out",
      preserveSymlinks: true,
    };
    writeFileSync(join(folder(), "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    let printed = "";
    try {
      execFileSync(process.execPath, [tsc, "--project", folder()], { encoding: "utf8" });
    } catch (error) {
      printed = (error as { stdout: string }).stdout;
    }
    expect(printed).toBe("");
  });
});
