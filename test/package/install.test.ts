/** The tarball: how it installs, and what the checkers of packages say to it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { ROOT, run, tool } from "./support/tools.js";

const { folder, tarball, installation } = inject("consumer");

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")) as Manifest;
}

test("installs without a warning", () => {
  // Of the machine's own npm settings it may say what it likes.
  const lines = installation
    .split("\n")
    .filter((line) => line.includes("warn") && !/user config|env config/.test(line));
  expect(lines).toEqual([]);
});

test("needs no other package", () => {
  expect(Object.keys(manifestOf("mobilenet-simd").dependencies ?? {})).toEqual([]);
});

test("neither it nor what it brings runs a script or native code", () => {
  const modules = join(folder, "node_modules");
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  const packages = names.filter((name) => existsSync(join(modules, name, "package.json")));
  expect(packages).toContain("mobilenet-simd");
  for (const name of packages) {
    const scripts = Object.keys(manifestOf(name).scripts ?? {});
    expect(
      scripts.filter((script) => /^(pre|post)?install$/.test(script)),
      name,
    ).toEqual([]);
  }
  const files = readdirSync(modules, { recursive: true, encoding: "utf8" });
  expect(files.filter((file) => /\.node$|binding\.gyp$/.test(file))).toEqual([]);
});

test("CommonJS can require it", async () => {
  const program = `console.log(typeof require("mobilenet-simd").loadModel)`;
  const printed = await run(process.execPath, ["--input-type=commonjs", "--eval", program], folder);
  expect(printed.trim()).toBe("function");
});

test("publint finds nothing", async () => {
  expect(await tool("publint", ["run", tarball, "--strict"], folder)).toContain("All good!");
});

test("attw finds nothing", async () => {
  // It fails if it does.
  expect(await tool("attw", [tarball, "--profile", "esm-only", "--no-emoji"], folder)).toContain("mobilenet-simd");
});

test("CommonJS can require the compiler", async () => {
  const program = `console.log(typeof require("mobilenet-simd/compile").compileModel)`;
  const printed = await run(process.execPath, ["--input-type=commonjs", "--eval", program], folder);
  expect(printed.trim()).toBe("function");
});

test.each(["nodenext", "bundler"])("a strict program compiles with moduleResolution %s", async (resolution) => {
  const program = `import { loadModel, UnsupportedError, type Classification, type Network } from "mobilenet-simd";
import { compileModel, type CompileOptions } from "mobilenet-simd/compile";
import simd from "mobilenet-simd/kernels.simd.wasm";
import relaxed from "mobilenet-simd/kernels.relaxed.wasm";

const modules: WebAssembly.Module[] = [simd, relaxed];
const net: Network = await loadModel(new Uint8Array(0), { threads: "auto" });
const classes: Classification[] = net.classify({ data: new Uint8Array(12), width: 2, height: 2 }, { topK: 1 });
console.log(modules.length, classes[0]!.label, UnsupportedError.name);
const options: CompileOptions = { kernels: "relaxed" };
const code: Uint8Array<ArrayBuffer> = await compileModel(new Uint8Array(0), options);
const compiled: Network = await loadModel(new WebAssembly.Module(code));
console.log(compiled.runtime.kernels);
// @ts-expect-error: types are checked, not any
net.classify("photo.jpg");
// @ts-expect-error: there is no compiler for the wide kernels
await compileModel("model.tflite", { kernels: "wide" });
`;
  writeFileSync(join(folder, "program.ts"), program);
  const module = resolution === "nodenext" ? "nodenext" : "esnext";
  const options = ["--noEmit", "--strict", "--target", "es2024", "--module", module, "--moduleResolution", resolution];
  await run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...options, "program.ts"], folder);
});
