/** Kernels as imported modules, for edge runtimes; not all of them have relaxed SIMD. */
import simd from "../../build/kernels.simd.wasm?module";
import type { ModuleSource } from "../runtime/kernels.js";

export const modules: ModuleSource = (kernels, shared) =>
  shared || kernels !== "simd" ? undefined : Promise.resolve([simd]);
