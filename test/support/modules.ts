/** The kernels that the build left in build/, compiled once for a test file. */
import { readFileSync } from "node:fs";
import { bestBuild, type Build } from "../../src/runtime/features.js";

export function kernelBytes(build: Build): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../build/kernels.${build}.wasm`, import.meta.url)));
}

/** The builds that this Node can run: old ones lack relaxed SIMD. */
export const BUILDS: readonly Build[] = bestBuild() === "relaxed" ? ["simd", "relaxed"] : ["simd"];

const compiled = new Map<Build, WebAssembly.Module>();

export function moduleOf(build: Build): WebAssembly.Module {
  const module = compiled.get(build) ?? new WebAssembly.Module(kernelBytes(build));
  compiled.set(build, module);
  return module;
}
