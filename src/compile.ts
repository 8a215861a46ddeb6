/**
 * mobilenet-simd/compile: a model as one WebAssembly module, which runs without this package.
 *
 * @example
 * await writeFile("model.wasm", await compileModel("mobilenet_v1_0.25_128_quant.tflite"));
 */
import { createCompiler, type CompileModel, type CompileModelWithImage } from "./api/compile.js";
import { binaries } from "./kernels/standalone.js";

const compile = /* @__PURE__ */ createCompiler(binaries);

/**
 * Compiles a model to a WebAssembly module without imports; docs/standalone.md describes its exports.
 *
 * @param model as for loadModel().
 * @throws FormatError if the file is damaged, UnsupportedError for an operator that runs on the host (detection) or that
 * this package does not have, TypeError or RangeError for a wrong argument.
 */
export const compileModel: CompileModel = async (model, options) => (await compile(model, options)).code;

/**
 * The same with the memory image, which is nearly all of it, in a file of its own: engines keep data segments twice, so
 * that large models start sooner this way. `loadModel` reads the file `imageFile` from beside the module; other hosts
 * write it to memory before the first run.
 */
export const compileModelWithImage: CompileModelWithImage = async (model, imageFile, options) => {
  const { code, image } = await compile(model, options, imageFile);
  return { code, image };
};

export type { CompiledModel, CompileModel, CompileModelWithImage, CompileOptions } from "./api/compile.js";
export type { Normalization } from "./image/encode.js";
export type { Files, Source } from "./io/source.js";
export * from "./api/errors.js";
