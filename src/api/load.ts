/** Loading a model, from a source to a network that runs. */
import { endsInSoftmax } from "./classify.js";
import { detectionOutputs } from "./detect.js";
import { describe, ModelError } from "../errors.js";
import { readModel } from "../formats/index.js";
import { buildGraph, type Graph } from "../ir/graph.js";
import { absorb } from "../ir/passes/absorb.js";
import { batchNormsAsDepthwise, foldBatchNorms } from "../ir/passes/batchnorm.js";
import { batched } from "../ir/passes/batch.js";
import { foldConstants } from "../ir/passes/constants.js";
import { toFloat32 } from "../ir/passes/precision.js";
import { describeLayers } from "../ir/layers.js";
import { featureMap } from "../ir/tensor.js";
import type { Normalization } from "../image/encode.js";
import { embeddedLabels, givenLabels } from "./labels.js";
import { Network, type ModelDescription } from "./network.js";
import { bestBuild, processors, startedWide, whyNoThreads, type Build } from "../runtime/features.js";
import type { ModuleSource } from "../runtime/kernels.js";
import { Program } from "../runtime/program.js";
import { readSource, type Contents, type Files, type Source } from "../io/source.js";

export interface LoadOptions {
  /** "float32" runs a quantised model with its weights dequantised. Default: as the file has it. */
  readonly precision?: "float32";
  /** Which kernels to run. Default: the fastest that the runtime has. */
  readonly build?: "simd" | "relaxed";
  /** Class names: an array, a text with one a line, or where to read such a text. Default: those in the model file. */
  readonly labels?: readonly string[] | Source;
  /** How bytes become the network's inputs. Default: as its quantisation says; for float32 inputs (p - 127.5) / 127.5. */
  readonly normalization?: Normalization;
  /** How many images to compute at once in run() and classifyBatch(). Memory grows with it. Default: 1. */
  readonly batch?: number;
  /**
   * How many threads to run on, the caller's included; "auto" takes up to four processors. In pages that are not
   * cross-origin isolated, and in Workers, there is one, and the network's `build.reason` says why. Default: 1.
   */
  readonly threads?: number | "auto";
  /**
   * Sets V8's experimental flag for vectors of 256 bits, for the whole process, and uses kernels made for it if a check
   * shows that they work; else the network's `build.reason` says why not. Node 24 and later on x64. Default: false,
   * or true in a Node that was started with `--experimental-wasm-revectorize`.
   */
  readonly revectorize?: boolean;
  /** Bytes of linear memory that the model may take. Default: 512 MiB. */
  readonly maxMemory?: number;
}

export const DEFAULT_MAX_MEMORY = 512 * 2 ** 20;
const MOST_AUTO_THREADS = 4;
const MOST_THREADS = 64;
const MOST_IMAGES = 4096;

export type LoadModel = (model: Source | Files | Graph | WebAssembly.Module, options?: LoadOptions) => Promise<Network>;

/** loadModel() with kernels from where an entry of the package has them. */
export function createLoader(modules: ModuleSource): LoadModel {
  const known = new Map<string, ReturnType<ModuleSource>>();
  const compiled: ModuleSource = (build, shared) => {
    const key = `${build} ${shared}`;
    if (!known.has(key)) known.set(key, modules(build, shared));
    return known.get(key);
  };
  return async (model, options = {}) => {
    checkOptions(options);
    const { batch = 1, normalization, maxMemory = DEFAULT_MAX_MEMORY } = options;
    if (isModule(model)) return (await import("./compiled.js")).loadCompiled(model, { ...options, maxMemory });
    const file = isGraph(model) ? undefined : await readSource(model, "model", maxMemory);
    if (file && isWebAssembly(file.bytes))
      return (await import("./compiled.js")).loadCompiled(file, { ...options, maxMemory });
    const graph = prepare(file ? await readModel(file) : (model as Graph), options.precision);
    const labels = await readLabels(options.labels, file?.bytes, graph);
    const forBatch = buildGraph(batched(graph, batch));
    const features = pooledFeatures(forBatch);
    const choice = await chooseBuild(compiled, options);
    const { program, reason } = await createProgram(forBatch, compiled, choice, features, options, file);
    const build = {
      kernels: choice.build,
      threads: program.threads,
      byteProducts: program.target.multipliesBytes,
      ...(reason !== undefined && { reason }),
    };
    return new Network({ model: describeModel(program.graph), runner: program, build, batch, labels, normalization });
  };
}

/** A build, and why it is not the one that was asked for. */
interface Choice {
  readonly build: Build;
  readonly reason?: string | undefined;
}

async function chooseBuild(
  modules: ModuleSource,
  { build, revectorize = startedWide() }: LoadOptions,
): Promise<Choice> {
  const best = build ?? bestBuild();
  if (modules(best, false) === undefined) {
    const reason = "this entry of the package has no kernels but simd";
    return { build: "simd", ...((build || revectorize) && { reason }) };
  }
  if (!revectorize || build !== undefined) return { build: best };
  const { whyNotWide } = await import("../runtime/revectorize.js");
  const reason = await whyNotWide(modules);
  return reason === undefined ? { build: "wide" } : { build: best, reason };
}

/** The program on as many threads as wanted, or on one and the reason why. */
async function createProgram(
  graph: Graph,
  modules: ModuleSource,
  { build, reason }: Choice,
  features: number | undefined,
  { maxMemory = DEFAULT_MAX_MEMORY, threads = 1, batch = 1 }: LoadOptions,
  file: Contents | undefined,
): Promise<{ program: Program; reason: string | undefined }> {
  const settings = { maxMemory, batch, features, file };
  const wanted = threads === "auto" ? Math.min(processors(), MOST_AUTO_THREADS) : threads;
  if (wanted === 1) return { program: await Program.create(graph, (await modules(build, false))!, settings), reason };
  const shared = modules(build, true);
  let obstacle = shared ? whyNoThreads() : "this entry of the package has no kernels for shared memory";
  if (shared && obstacle === undefined) {
    try {
      return { program: await Program.create(graph, await shared, { ...settings, threads: wanted }), reason };
    } catch (error) {
      if (error instanceof ModelError || error instanceof RangeError) throw error;
      obstacle = `no worker could be started: ${(error as Error).message}`;
    }
  }
  const program = await Program.create(graph, (await modules(build, false))!, settings);
  return { program, reason: reason === undefined ? obstacle : `${reason}; ${obstacle}` };
}

function checkOptions({ build, precision, threads, batch }: LoadOptions): void {
  if (build !== undefined && build !== "simd" && build !== "relaxed") {
    throw new RangeError(`"build" expected "simd" or "relaxed", got ${describe(build)}`);
  }
  if (precision !== undefined && precision !== "float32") {
    throw new RangeError(`"precision" expected "float32", got ${describe(precision)}`);
  }
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1 && batch <= MOST_IMAGES)) {
    throw new RangeError(`"batch" expected a whole number from 1 to ${MOST_IMAGES}, got ${describe(batch)}`);
  }
  const fits = threads === undefined || threads === "auto" || (Number.isInteger(threads) && threads >= 1);
  if (!fits || Number(threads) > MOST_THREADS) {
    throw new RangeError(
      `"threads" expected "auto" or a whole number from 1 to ${MOST_THREADS}, got ${describe(threads)}`,
    );
  }
}

/** The rewrites between a file's graph and the kernels. */
export function prepare(graph: Graph, precision: "float32" | undefined): Graph {
  const constant = foldConstants(graph);
  const typed = precision ? toFloat32(constant) : constant;
  return buildGraph(absorb(batchNormsAsDepthwise(foldBatchNorms(typed))));
}

export async function readLabels(
  labels: LoadOptions["labels"],
  file: Uint8Array | undefined,
  graph: Graph,
): Promise<readonly string[] | undefined> {
  return labels === undefined ? file && embeddedLabels(file, labelCounts(graph)) : givenLabels(labels);
}

/** How many labels there may be: one for each class, and for detectors one more, that of the background. */
function labelCounts(graph: Graph): number[] {
  const detector = detectionOutputs(graph);
  if (detector) return [detector.classes, detector.classes + 1];
  return [graph.tensors[graph.outputs[0]!]!.shape.at(-1) ?? 1];
}

function describeModel(graph: Graph): ModelDescription {
  return {
    inputs: graph.inputs.map((index) => graph.tensors[index]!),
    outputs: graph.outputs.map((index) => graph.tensors[index]!),
    layers: describeLayers(graph),
    endsInSoftmax: endsInSoftmax(graph),
    detections: detectionOutputs(graph),
  };
}

/** The output of the last pooling that leaves one pixel of an image. */
export function pooledFeatures({ ops, tensors }: Graph): number | undefined {
  const pooling = ops.findLast(({ type, outputs }) => {
    const { shape } = tensors[outputs[0]!]!;
    const { height, width } = featureMap(shape);
    return (type === "averagepool" || type === "mean") && (shape.length === 2 || (height === 1 && width === 1));
  });
  return pooling?.outputs[0];
}

function isModule(model: unknown): model is WebAssembly.Module {
  return model instanceof WebAssembly.Module;
}

/** Whether bytes begin as those of a WebAssembly module do. */
function isWebAssembly(bytes: Uint8Array): boolean {
  return [0, 0x61, 0x73, 0x6d].every((byte, index) => bytes[index] === byte);
}

export function isGraph(model: Source | Files | Graph): model is Graph {
  return typeof model === "object" && model !== null && "tensors" in model && "ops" in model;
}
