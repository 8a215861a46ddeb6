/** Kernels that come as modules: Workers compile them when they are deployed, and refuse to compile bytes. */
import simd from "../../build/kernels.simd.wasm";
import relaxed from "../../build/relaxed.wasm";
import type { ModuleSource } from "../runtime/kernels.js";

const MODULES = { simd: [simd], relaxed: [simd, relaxed], wide: undefined };

export const modules: ModuleSource = (build, shared) => {
  const found = MODULES[build];
  return shared || !found ? undefined : Promise.resolve(found);
};
