/** Compiling a model, from a source to the bytes of a WebAssembly module. */
import { endsInSoftmax, pooledFeatures } from "./head.js";
import { DEFAULT_MAX_MEMORY, isGraph, readPictureSettings, type LoadOptions, type Model } from "./load.js";
import { describeTensor } from "./tensors.js";
import { FORMAT, type Description } from "../compiler/emit/description.js";
import { emit, type Emitted, type Library, type Pictures } from "../compiler/emit/emit.js";
import { parseModule } from "../compiler/emit/parse.js";
import { standaloneProgram, type StandaloneProgram } from "../compiler/emit/program.js";
import { affineOf, elementTypeOf } from "../compiler/layout.js";
import { describe } from "../errors.js";
import { readModel } from "../formats/index.js";
import { DEFAULT_NORMALIZATION, encodingOf, type Normalization } from "../image/encode.js";
import { DEFAULT_CROP } from "../image/input.js";
import type { Crop } from "../image/picture.js";
import { checkMaxMemory, checkSignal, readSource } from "../io/source.js";
import { prepare } from "../ir/passes/index.js";
import type { Graph } from "../ir/graph.js";
import { describeLayers } from "../ir/layers.js";
import { elementCount, featureMap, type Tensor } from "../ir/tensor.js";

export interface CompileOptions extends Pick<
  LoadOptions,
  "labels" | "normalization" | "precision" | "maxMemory" | "signal"
> {
  /** `simd` runs in every engine; `relaxed` is faster where the engine has relaxed SIMD, and runs nowhere else. Default: simd. */
  readonly kernels?: "simd" | "relaxed";
}

/** A module, and the file that its memory image is in. */
export interface CompiledModel {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly image: Uint8Array<ArrayBuffer>;
}

export type CompileModel = (model: Model, options?: CompileOptions) => Promise<Uint8Array<ArrayBuffer>>;
export type CompileModelWithImage = (
  model: Model,
  imageFile: string,
  options?: CompileOptions,
) => Promise<CompiledModel>;

/**
 * Where the binaries of the kernels come from.
 *
 * @internal
 */
export interface Binaries {
  /** All kernels: those for all engines, those in place of some of them, and the rare ones. */
  kernels(kernels: "simd" | "relaxed"): Promise<Uint8Array<ArrayBuffer>[]>;
  standalone(): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Returns the compiler for the binaries of an entry of the package.
 *
 * @internal
 */
export function createCompiler({ kernels, standalone }: Binaries) {
  return async (model: Model, options: CompileOptions = {}, imageFile?: string): Promise<Emitted> => {
    checkOptions(options, imageFile);
    const { kernels: chosen = "simd", maxMemory = DEFAULT_MAX_MEMORY, precision, signal } = options;
    signal?.throwIfAborted();
    const file = isGraph(model) ? undefined : await readSource(model, "model", maxMemory, signal);
    const graph = await prepare(file ? await readModel(file) : (model as Graph), { precision });
    const { labels, crop, normalization } = await readPictureSettings(options, file, graph);
    signal?.throwIfAborted();
    const features = pooledFeatures(graph);
    const parts = await kernels(chosen);
    const modules = [await WebAssembly.compile(parts[0]!)]; // those for all engines pack the weights
    const program = await standaloneProgram(graph, modules, { kernels: chosen, maxMemory, features, file });
    const library: Library = {
      kernels: new Map(parts.flatMap((part) => [...parseModule(part)])),
      standalone: parseModule(await standalone()),
    };
    const { pictures, preprocessing } = picturesOf(graph, normalization, crop);
    const classes = classesOf(graph);
    const pooled = featuresOf(graph, features, program);
    const description: Omit<Description, "memory" | "image"> = {
      format: FORMAT,
      version: PACKAGE_VERSION,
      kernels: chosen,
      inputs: graph.inputs.map((tensor) => describeTensor(graph.tensors[tensor]!)),
      outputs: graph.outputs.map((tensor) => describeTensor(graph.tensors[tensor]!)),
      ...(labels && { labels }),
      ...(preprocessing && { preprocessing }),
      ...(classes && { classifier: { softmax: classes.isSoftmax } }),
      ...(pooled && { features: pooled }),
      layers: describeLayers(graph),
    };
    return emit(library, { program, description, pictures, classes, imageFile });
  };
}

function checkOptions(
  { kernels, precision, maxMemory = DEFAULT_MAX_MEMORY, signal }: CompileOptions,
  imageFile: unknown,
): void {
  if (kernels !== undefined && kernels !== "simd" && kernels !== "relaxed") {
    throw new RangeError(`"kernels" must be "simd" or "relaxed", got ${describe(kernels)}`);
  }
  if (precision !== undefined && precision !== "float32") {
    throw new RangeError(`"precision" must be "float32", got ${describe(precision)}`);
  }
  if (imageFile !== undefined && (typeof imageFile !== "string" || imageFile === "")) {
    throw new TypeError(`"imageFile" must be the name of a file, got ${describe(imageFile)}`);
  }
  checkMaxMemory(maxMemory);
  checkSignal(signal);
}

/** How pictures become the one input; nothing if the model does not take pictures. */
function picturesOf(
  { inputs, tensors }: Graph,
  normalization: Normalization | undefined,
  crop: Crop = DEFAULT_CROP,
): { pictures?: Pictures; preprocessing?: NonNullable<Description["preprocessing"]> } {
  const input = tensors[inputs[0]!]!;
  if (inputs.length !== 1 || input.shape.length !== 4 || input.shape[3] !== 3) return {};
  const encoding = encodingOf(input, normalization);
  const { width, height } = featureMap(input.shape);
  const size = { width, height };
  const isFloat = input.dtype === "float32";
  const used = normalization ?? (isFloat ? DEFAULT_NORMALIZATION : undefined);
  return {
    pictures: {
      ...size,
      crop: crop === "cover" ? 0 : crop,
      tables: encoding === "identity" ? undefined : tablesOf(input, encoding),
    },
    preprocessing: { ...size, crop, normalization: used ?? "identity" },
  };
}

/** The tables of an encoding in elements of the input; channels that are equal share one. */
function tablesOf({ dtype }: Tensor, encoding: readonly Float32Array[]): NonNullable<Pictures["tables"]> {
  const elements = encoding.map((table) => {
    if (dtype === "float32") return table;
    return dtype === "int8" ? Int8Array.from(table) : Uint8Array.from(table);
  });
  return elements.map((table) => elements.find((other) => other.every((value, byte) => value === table[byte]))!);
}

/** A first output of one row of values is a classifier's. */
function classesOf(graph: Graph) {
  const output = graph.tensors[graph.outputs[0]!]!;
  const count = output.shape.at(-1) ?? 1;
  const { dtype } = output;
  if (elementCount(output.shape) !== count || (dtype !== "float32" && dtype !== "uint8" && dtype !== "int8")) {
    return undefined;
  }
  const { scale = 1, zeroPoint = 0 } = describeTensor(output);
  return { scale, zeroPoint, count, dtype, isSoftmax: endsInSoftmax(graph) };
}

function featuresOf(
  { tensors }: Graph,
  tensor: number | undefined,
  { features: address }: StandaloneProgram,
): Description["features"] {
  if (tensor === undefined || address === undefined) return undefined;
  const pooled = tensors[tensor]!;
  const isFloat = elementTypeOf(pooled) === "f32";
  return {
    address,
    channels: featureMap(pooled.shape).channels,
    dtype: isFloat ? "float32" : "int16",
    scale: isFloat ? 1 : affineOf(pooled).scale,
  };
}
