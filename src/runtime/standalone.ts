/** Runs a model that was compiled to a WebAssembly module; docs/standalone.md describes its exports. */
import { instantiate, instantiateSync } from "@assemblyscript/loader";
import { FORMAT, SECTION_NAME, type Description, type TensorDescription } from "../compiler/emit/description.js";
import type { MemoryReport } from "../compiler/plan.js";
import { FormatError, UnsupportedError } from "../errors.js";
import {
  asArray,
  asNumber,
  asObject,
  asSizes,
  asString,
  asWhole,
  parseJson,
  type JsonObject,
} from "../formats/json.js";
import type { Layer } from "../ir/layers.js";
import { ELEMENT_BYTES, elementCount, type TensorView } from "../ir/tensor.js";
import { bestKernels } from "./features.js";
import { areFinite } from "./finite.js";
import type { Runner } from "./runner.js";

/** The exports that run a model. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  input(index: number): number;
  output(index: number): number;
  run(): number;
  byteProducts?(): number;
}

export class StandaloneRunner implements Runner {
  readonly memory: MemoryReport;
  readonly inputs: readonly TensorView[];
  readonly outputs: readonly TensorView[];
  /** Whether it multiplies bytes at once. */
  readonly byteProducts: boolean;
  readonly features: (() => Float32Array) | undefined;
  readonly #run: () => number;

  /** @throws FormatError if the exports are not those of a compiled model, or point out of its memory. */
  constructor(exports: Exports, { memory, inputs, outputs, features }: Description) {
    const buffer = exports.memory?.buffer;
    if (!(buffer instanceof ArrayBuffer)) throw new FormatError("compiled model expected to export memory");
    for (const name of ["run", "input", "output"] as const) {
      if (typeof exports[name] !== "function") throw new FormatError(`compiled model expected to export ${name}()`);
    }
    this.memory = memory;
    this.inputs = inputs.map((tensor, index) => viewOf(buffer, tensor, exports.input(index)));
    this.outputs = outputs.map((tensor, index) => viewOf(buffer, tensor, exports.output(index)));
    this.byteProducts = exports.byteProducts?.() === 1;
    this.#run = exports.run;
    this.features = features && featuresOf(buffer, features);
  }

  areFinite(input: number, count: number): boolean {
    return areFinite(this.inputs[input]!.subarray(0, count) as Float32Array);
  }

  execute(): void {
    let status;
    try {
      status = this.#run();
    } catch (error) {
      throw new FormatError(`compiled model cannot run: ${(error as Error).message}`);
    }
    if (status !== 0) throw new FormatError(`compiled model expected its memory image, run() returned ${status}`);
  }

  dispose(): void {
    // Nothing runs beside the caller.
  }
}

function featuresOf(
  buffer: ArrayBuffer,
  { address, channels, dtype, scale }: NonNullable<Description["features"]>,
): () => Float32Array {
  const Elements = dtype === "float32" ? Float32Array : Int16Array;
  expectRoom(buffer, "features", address, channels, Elements.BYTES_PER_ELEMENT);
  const elements = new Elements(buffer, address, channels);
  return () => Float32Array.from(elements, (element) => scale * element);
}

function viewOf(buffer: ArrayBuffer, { name, dtype, shape }: TensorDescription, address: number): TensorView {
  const count = elementCount(shape);
  expectRoom(buffer, name, address, count, ELEMENT_BYTES[dtype]);
  if (dtype === "float32") return new Float32Array(buffer, address, count);
  return dtype === "int8" ? new Int8Array(buffer, address, count) : new Uint8Array(buffer, address, count);
}

function expectRoom(buffer: ArrayBuffer, name: string, address: unknown, count: number, bytes: number): void {
  const isInside = Number.isSafeInteger(address) && (address as number) > 0;
  if (!isInside || (address as number) % bytes || (address as number) + count * bytes > buffer.byteLength) {
    throw new FormatError(`compiled model expected ${name} in its memory, got address ${String(address)}`);
  }
}

/** The custom section of a module. Throws FormatError if there is none that this version can read. */
export function readDescription(module: WebAssembly.Module): Description {
  const [section] = WebAssembly.Module.customSections(module, SECTION_NAME);
  if (!section) {
    throw new FormatError(
      `WebAssembly module expected a section "${SECTION_NAME}", as mobilenet-simd compile writes it`,
    );
  }
  const json = asObject(parseJson(new Uint8Array(section), SECTION), SECTION);
  if (json.format !== FORMAT) {
    throw new FormatError(`${SECTION}.format expected ${FORMAT}, got ${String(json.format)}: compile the model anew`);
  }
  const { labels, preprocessing, classifier, features, image } = json;
  return {
    format: FORMAT,
    version: asString(json.version, `${SECTION}.version`),
    kernels: oneOf(json.kernels, `${SECTION}.kernels`, ["simd", "relaxed"]),
    inputs: readTensors(json.inputs, `${SECTION}.inputs`),
    outputs: readTensors(json.outputs, `${SECTION}.outputs`),
    layers: readLayers(json.layers),
    memory: readMemory(asObject(json.memory, `${SECTION}.memory`)),
    ...(labels !== undefined && {
      labels: asArray(labels, `${SECTION}.labels`).map((label) => asString(label, "label")),
    }),
    ...(preprocessing !== undefined && { preprocessing: readPreprocessing(preprocessing) }),
    ...(classifier !== undefined && {
      classifier: { softmax: asObject(classifier, `${SECTION}.classifier`).softmax === true },
    }),
    ...(features !== undefined && { features: readFeatures(asObject(features, `${SECTION}.features`)) }),
    ...(image !== undefined && { image: readImage(asObject(image, `${SECTION}.image`)) }),
  };
}

const SECTION = `section "${SECTION_NAME}"`;

function readTensors(value: unknown, what: string): TensorDescription[] {
  const tensors = asArray(value, what).map((item, index): TensorDescription => {
    const tensor = asObject(item, `${what}[${index}]`);
    const { scale, zeroPoint } = tensor;
    return {
      name: asString(tensor.name, `${what}[${index}].name`),
      dtype: oneOf(tensor.dtype, `${what}[${index}].dtype`, ["float32", "uint8", "int8"]),
      shape: asSizes(tensor.shape, `${what}[${index}].shape`),
      ...(scale !== undefined && {
        scale: asNumber(scale, `${what}[${index}].scale`),
        zeroPoint: asNumber(zeroPoint, `${what}[${index}].zeroPoint`),
      }),
    };
  });
  if (!tensors.length) throw new FormatError(`${what} expected at least one, got none`);
  return tensors;
}

/** Layers are for people to read; nothing here computes with them. */
function readLayers(value: unknown): Layer[] {
  return asArray(value, `${SECTION}.layers`).map((layer, index) => {
    return asObject(layer, `${SECTION}.layers[${index}]`) as unknown as Layer;
  });
}

function readMemory(memory: JsonObject): MemoryReport {
  const size = (name: string) => asWhole(memory[name], `${SECTION}.memory.${name}`);
  return { weights: size("weights"), arena: size("arena"), scratch: size("scratch"), total: size("total") };
}

function readPreprocessing(value: unknown): NonNullable<Description["preprocessing"]> {
  const what = `${SECTION}.preprocessing`;
  const { width, height, crop, normalization } = asObject(value, what);
  return {
    width: asWhole(width, `${what}.width`, 1),
    height: asWhole(height, `${what}.height`, 1),
    crop: crop === "cover" ? crop : asNumber(crop, `${what}.crop`),
    normalization: normalization === "identity" ? normalization : readNormalization(normalization, what),
  };
}

function readNormalization(value: unknown, what: string) {
  const { mean, std } = asObject(value, `${what}.normalization`);
  const channels = (side: unknown, name: string): number | [number, number, number] => {
    if (!Array.isArray(side)) return asNumber(side, `${what}.normalization.${name}`);
    const [red, green, blue] = [0, 1, 2].map((c) => asNumber(side[c], `${what}.normalization.${name}[${c}]`));
    return [red!, green!, blue!];
  };
  return { mean: channels(mean, "mean"), std: channels(std, "std") };
}

function readFeatures({ address, channels, dtype, scale }: JsonObject): NonNullable<Description["features"]> {
  const what = `${SECTION}.features`;
  return {
    address: asWhole(address, `${what}.address`, 1),
    channels: asWhole(channels, `${what}.channels`, 1),
    dtype: oneOf(dtype, `${what}.dtype`, ["float32", "int16"]),
    scale: asNumber(scale, `${what}.scale`),
  };
}

function readImage({ address, bytes, file }: JsonObject): NonNullable<Description["image"]> {
  return {
    address: asWhole(address, `${SECTION}.image.address`, 1),
    bytes: asWhole(bytes, `${SECTION}.image.bytes`, 1),
    file: asString(file, `${SECTION}.image.file`),
  };
}

function oneOf<const T extends string>(value: unknown, what: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw new FormatError(`${what} expected ${choices.join(" or ")}, got ${String(value)}`);
  return choice;
}

/**
 * Compiles the bytes of a compiled model.
 *
 * @throws UnsupportedError if the runtime compiles no bytes, or if the module needs relaxed SIMD and the engine has none;
 * FormatError if it is damaged.
 */
export async function compileStandalone(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    // V8's words where the embedder forbids it, as Cloudflare Workers do
    if (/disallowed by embedder/.test((error as Error).message)) {
      throw new UnsupportedError(
        "this runtime compiles no WebAssembly at run time; import the compiled model as a module instead of its bytes",
      );
    }
    if (bestKernels() !== "relaxed" && /simd|opcode/i.test((error as Error).message)) {
      throw new UnsupportedError(
        `compiled model needs relaxed SIMD, which this engine lacks (${(error as Error).message}); compile it with the kernels simd`,
      );
    }
    throw new FormatError(`compiled model is damaged: ${(error as Error).message}`);
  }
}

/**
 * Instantiates a compiled model.
 *
 * @param image the file of its memory image, if that is not in the module.
 * @param maxMemory bytes that its memory may have, whatever the description says.
 * @throws FormatError if it is damaged or not ours, RangeError if its memory is larger than `maxMemory`.
 */
export async function startStandalone(
  module: WebAssembly.Module,
  description: Description,
  image: Uint8Array | undefined,
  maxMemory: number,
): Promise<StandaloneRunner> {
  let exports: Exports;
  try {
    // instantiate() asks whether it got a Response, for which Node first loads its whole fetch.
    const isNode = globalThis.process?.versions?.node !== undefined;
    const instance = isNode ? instantiateSync(module, {}) : await instantiate(module, {});
    exports = instance.exports as unknown as Exports;
  } catch (error) {
    throw new FormatError(`compiled model cannot start: ${(error as Error).message}`);
  }
  const runner = new StandaloneRunner(exports, description);
  const { byteLength } = exports.memory.buffer;
  if (byteLength > maxMemory)
    throw new RangeError(`"maxMemory" must be at least ${byteLength} bytes for this model, got ${maxMemory}`);
  if (description.image) {
    const { address, bytes, file } = description.image;
    const { buffer } = exports.memory;
    if (image?.length !== bytes || address + bytes > buffer.byteLength) {
      throw new FormatError(`${file} expected ${bytes} bytes, got ${image?.length ?? "none"}`);
    }
    new Uint8Array(buffer).set(image, address);
  }
  return runner;
}
