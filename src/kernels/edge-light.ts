/** Kernels as imported modules, for edge runtimes; not all of them have relaxed SIMD. */
import rare from "../../build/kernels.rare.wasm?module";
import simd from "../../build/kernels.simd.wasm?module";
import type { ModuleSource } from "../runtime/kernels.js";

export const modules: ModuleSource = (kernels, shared) =>
  shared || kernels !== "simd" ? undefined : Promise.resolve({ base: [simd], rare: async () => rare });
