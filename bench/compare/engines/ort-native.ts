/** onnxruntime-node: native code on the CPU, as a mark of what the machine can do. */
import type { Engine } from "./engine.js";
import { loadSession } from "./onnxruntime.js";

export const ortNative: Engine = {
  package: "onnxruntime-node",
  precisions: ["float32", "int8", "uint8"],
  async load(model, threads) {
    return loadSession(await import("onnxruntime-node"), model, { intraOpNumThreads: threads });
  },
};
