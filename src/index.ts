/**
 * mobilenet-simd: MobileNet in WebAssembly SIMD.
 *
 * For Workers and edge runtimes the build makes variants of this entry, with other kernels/ in place of the inline ones.
 *
 * @example
 * const net = await loadModel("mobilenet_v1_0.25_128_quant.tflite");
 * net.classify({ data, width, height }); // [{ label, index, score }, …]
 */
import { createLoader, type LoadModel } from "./api/load.js";
import { modules } from "./kernels/inline.js";

/**
 * Loads a model.
 *
 * @param model a source of a file (`.tflite`, TensorFlow.js' `model.json`, `.onnx`, `.safetensors`), as bytes, a Response, a
 * URL, or in Node, Deno and Bun a path; or a graph. Separate weight files are read from the folder of a URL or path; for
 * bytes, pass all files in a record by name, or as File objects. A folder, or a URL that ends in `/`, stands for the model in
 * it, such as an export of Teachable Machine.
 * @throws FormatError if the file is damaged, UnsupportedError if the model or an option needs something that is not
 * supported, SourceError if a file cannot be read, TypeError or RangeError for a wrong argument.
 */
export const loadModel: LoadModel = /* @__PURE__ */ createLoader(modules);

export type { Classification } from "./api/classify.js";
export type { DetectOptions, Detection } from "./api/detect.js";
export type { LoadModel, LoadOptions, Model } from "./api/load.js";
export type { ClassifyOptions, Network, RunInput, RuntimeReasons, RuntimeReport } from "./api/network.js";
export type { TensorInfo, TensorValue } from "./api/tensors.js";
export type { InputShapes } from "./formats/index.js";
export type { MemoryReport } from "./compiler/plan.js";
export type { Limits } from "./detection/limits.js";
export * from "./api/errors.js";
export type { Normalization } from "./image/encode.js";
export type { PictureOptions } from "./image/input.js";
export type { Box, Crop, Picture } from "./image/picture.js";
export type { Background } from "./image/resize.js";
export type { FileObject, Files, GlobalInstance, Source, WasmModule } from "./io/source.js";
export type { Cost } from "./ir/cost.js";
export type { Graph } from "./ir/graph.js";
export type { Layer } from "./ir/layers.js";
export type { Op, OpAttributes, OpType } from "./ir/ops/index.js";
export type { Padding, Size } from "./ir/window.js";
export type { Activation } from "./ir/ops/module.js";
export type { DType, Quantization, Shape, Tensor, TensorData, TensorView } from "./ir/tensor.js";
export type { Kernels } from "./runtime/features.js";
