/** Kernels as imported modules: Workers compile them at deployment, and refuse to compile bytes. */
import simd from "../../build/kernels.simd.wasm";
import relaxed from "../../build/relaxed.wasm";
import type { ModuleSource } from "../runtime/kernels.js";

const MODULES = { simd: [simd], relaxed: [simd, relaxed], wide: undefined };

export const modules: ModuleSource = (kernels, shared) => {
  const found = MODULES[kernels];
  return shared || !found ? undefined : Promise.resolve(found);
};
