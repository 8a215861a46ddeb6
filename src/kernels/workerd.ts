/**
 * Kernels as imported modules: Workers compile them at deployment, and refuse to compile bytes. The rare ones are imported
 * like the others, because a module of 3 kB that exists already costs no time.
 */
import rare from "../../build/kernels.rare.wasm";
import simd from "../../build/kernels.simd.wasm";
import relaxed from "../../build/relaxed.wasm";
import type { ModuleSource } from "../runtime/kernels.js";

const BASES = { simd: [simd], relaxed: [simd, relaxed], wide: undefined };

export const modules: ModuleSource = (kernels, shared) => {
  const base = BASES[kernels];
  return shared || !base ? undefined : Promise.resolve({ base, rare: async () => rare });
};
