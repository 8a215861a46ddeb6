/**
 * mobilenet-simd: MobileNet in WebAssembly SIMD.
 *
 * This entry carries its kernels as text and needs no file, URL or setting; it runs wherever WebAssembly may be compiled.
 *
 * @example
 * const net = await loadModel("mobilenet_v1_0.25_128_quant.tflite");
 * net.classify({ data, width, height }); // [{ label, index, probability }, …]
 */
import simd from "../build/kernels.simd.wasm";
import relaxed from "../build/relaxed.wasm";
import { createLoader, type LoadModel } from "./api.js";
import { withSharedMemory } from "./runtime/kernels.js";

/**
 * Loads a model.
 *
 * @param model the bytes of a `.tflite` file, a Response that brings them, a URL, or in Node, Deno and Bun a path.
 * @throws FormatError if the file is damaged, UnsupportedError for something in it that this package does not do,
 * TypeError or RangeError for a wrong argument.
 */
export const loadModel: LoadModel = /* @__PURE__ */ createLoader(async (build, shared) => {
  const parts = [simd, ...(await PARTS[build]())];
  return Promise.all(
    parts.map((part) => {
      const bytes = decode(part);
      return WebAssembly.compile(shared ? withSharedMemory(bytes) : bytes);
    }),
  );
});

/** What goes on top of the kernels for all engines. */
const PARTS = {
  simd: () => [],
  relaxed: () => [relaxed],
  wide: async () => [(await import("../build/wide.wasm")).default],
};

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export type { LoadModel, LoadOptions } from "./api.js";
export type { Normalization } from "./image/encode.js";
export type { Image } from "./image/image.js";
export type { Layer } from "./layers.js";
export type { Classification } from "./classes.js";
export type { ImageOptions } from "./image/picture.js";
export type { BuildReport, ClassifyOptions, Network } from "./network.js";
export type { MemoryReport } from "./runtime/plan.js";
export type { Source } from "./source.js";
export type { TensorInfo, TensorValue } from "./tensors.js";
export { FormatError, ModelError, UnsupportedError } from "./errors.js";
