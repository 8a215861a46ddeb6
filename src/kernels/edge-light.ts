/** Kernels that come as modules, as edge runtimes import them; not all of these have relaxed SIMD. */
import simd from "../../build/kernels.simd.wasm?module";
import type { ModuleSource } from "../runtime/kernels.js";

export const modules: ModuleSource = (build, shared) =>
  shared || build !== "simd" ? undefined : Promise.resolve([simd]);
