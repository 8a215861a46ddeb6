/**
 * mobilenet-simd: MobileNet in WebAssembly SIMD.
 *
 * For Workers and edge runtimes the build makes variants of this entry, with other kernels/ in place of the inline ones.
 *
 * @example
 * const net = await loadModel("mobilenet_v1_0.25_128_quant.tflite");
 * net.classify({ data, width, height }); // [{ label, index, probability }, …]
 */
import { createLoader, type LoadModel } from "./api/load.js";
import { modules } from "./kernels/inline.js";

/**
 * Loads a model.
 *
 * @param model the bytes of a file (`.tflite`, TensorFlow.js' `model.json`, `.safetensors`), a Response that brings them,
 * a URL, or in Node, Deno and Bun a path. Weights in files of their own are read from beside it; without a place to read
 * them from, give the bytes of all files by their names.
 * @throws FormatError if the file is damaged, UnsupportedError for something in it that this package does not do,
 * TypeError or RangeError for a wrong argument.
 */
export const loadModel: LoadModel = /* @__PURE__ */ createLoader(modules);

export type { LoadModel, LoadOptions } from "./api/load.js";
export type { Normalization } from "./image/encode.js";
export type { DetectOptions, Detection } from "./api/detect.js";
export type { Box, Image } from "./image/image.js";
export type { Layer } from "./ir/layers.js";
export type { Classification } from "./api/classify.js";
export type { ImageOptions } from "./image/picture.js";
export type { BuildReport, ClassifyOptions, Network } from "./api/network.js";
export type { MemoryReport } from "./compiler/plan.js";
export type { Files, Source } from "./io/source.js";
export type { TensorInfo, TensorValue } from "./api/tensors.js";
export { FormatError, ModelError, UnsupportedError } from "./errors.js";
