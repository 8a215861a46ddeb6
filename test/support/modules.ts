/** The kernels that the build left in build/, compiled once for a test file. */
import { readFileSync } from "node:fs";
import { bestKernels, type Kernels } from "../../src/runtime/features.js";
import { withSharedMemory, type Modules } from "../../src/runtime/kernels.js";

/** A file of the build. */
export function buildFile(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../build/${name}`, import.meta.url)));
}

/** The files of each build, but for the rare kernels: relaxed is the whole one, which gives the same as the parts in the default entry. */
const FILES: Readonly<Record<Kernels, readonly string[]>> = {
  simd: ["kernels.simd.wasm"],
  relaxed: ["kernels.relaxed.wasm"],
  wide: ["kernels.simd.wasm", "wide.wasm"],
};

/** The builds that this Node can run: old ones lack relaxed SIMD. */
export const BUILDS: readonly Kernels[] = bestKernels() === "relaxed" ? ["simd", "relaxed", "wide"] : ["simd"];

const compiled = new Map<string, WebAssembly.Module>();

export function modulesOf(build: Kernels, shared = false): Modules {
  const load = (file: string) => {
    const key = `${file} ${shared}`;
    const bytes = buildFile(file);
    const module = compiled.get(key) ?? new WebAssembly.Module(shared ? withSharedMemory(bytes) : bytes);
    compiled.set(key, module);
    return module;
  };
  return { base: FILES[build].map(load), rare: async () => load("kernels.rare.wasm") };
}
