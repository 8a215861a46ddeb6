/** The kernels that the build left in build/, compiled once for a test file. */
import { readFileSync } from "node:fs";
import { withSharedMemory } from "../../src/runtime/kernels.js";
import { bestBuild, type Build } from "../../src/runtime/features.js";

export function kernelBytes(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../build/kernels.${build}.wasm`, import.meta.url)));
}

/** The builds that this Node can run: old ones lack relaxed SIMD. */
export const BUILDS: readonly Build[] = bestBuild() === "relaxed" ? ["simd", "relaxed", "wide"] : ["simd"];

const compiled = new Map<string, WebAssembly.Module>();

export function moduleOf(build: Build, shared = false): WebAssembly.Module {
  const key = `${build} ${shared}`;
  const bytes = kernelBytes(build);
  const module = compiled.get(key) ?? new WebAssembly.Module(shared ? withSharedMemory(bytes) : bytes);
  compiled.set(key, module);
  return module;
}
