/** onnxruntime-web on its WebAssembly backend. */
import type { Engine } from "./engine.js";
import { loadSession } from "./onnxruntime.js";

export const ort: Engine = {
  package: "onnxruntime-web",
  precisions: ["float32", "int8", "uint8"],
  page: {
    script: `export { env, InferenceSession, Tensor } from "onnxruntime-web/wasm"`,
    files: ["onnxruntime-web/ort-wasm-simd-threaded.wasm"],
  },
  async load(model, threads) {
    const runtime = await import("onnxruntime-web");
    runtime.env.wasm.numThreads = threads; // the default is half the cores
    return loadSession(runtime, model, {});
  },
};
