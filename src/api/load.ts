/** Loads a model: from a source to a network that runs. */
import { describe, UnsupportedError } from "../errors.js";
import type { Companions } from "../formats/companions.js";
import { isJson, readModel } from "../formats/index.js";
import type { Normalization } from "../image/encode.js";
import {
  checkMaxMemory,
  checkSignal,
  readSource,
  type Contents,
  type FileObject,
  type Files,
  type GlobalInstance,
  type Source,
  type WasmModule,
} from "../io/source.js";
import { buildGraph, type Graph } from "../ir/graph.js";
import { prepare } from "../ir/passes/index.js";
import { bestKernels, hasRelaxedSimd, startedWide, type Kernels } from "../runtime/features.js";
import type { ModuleSource } from "../runtime/kernels.js";
import { Program } from "../runtime/program.js";
import { describeModel, explicitCounts, labelCounts, pooledFeatures } from "./head.js";
import { givenLabels } from "./labels.js";
import { Network, type RuntimeReasons } from "./network.js";

export interface LoadOptions {
  /** "float32" runs a quantised model with dequantised weights. Default: the model's own types. */
  readonly precision?: "float32";
  /**
   * Which kernels to run. All give the same 8-bit outputs; float32 outputs of "relaxed" and "wide" may differ from
   * those of "simd" in the last bits.
   *
   * - "auto": the fastest kernels that run without a flag of the engine, or "wide" in a Node that was started with
   *   `--experimental-wasm-revectorize`.
   * - "simd": every engine with WebAssembly SIMD.
   * - "relaxed": engines with relaxed SIMD.
   * - "wide": sets V8's experimental flag for vectors of 256 bits, for the whole process, and uses the kernels made for it
   *   if a check shows that they are exact and faster. Needs Node 24 or later on x64.
   *
   * If the entry of the package lacks the kernels, or the check for "wide" fails, others run and the network's
   * `runtime.reasons.kernels` says why. Default: "auto".
   */
  readonly kernels?: "auto" | Kernels;
  /** Class names: an array, a text with one per line, or a source of such a text. Default: the labels in the model file, or beside it. */
  readonly labels?: readonly string[] | Source;
  /** How bytes become the network's inputs. Default: by its quantisation; (p - 127.5) / 127.5 for float32 inputs. */
  readonly normalization?: Normalization;
  /** Number of images that run() and classifyBatch() compute at once, 1 to 4096. Memory grows with it. Default: 1. */
  readonly batch?: number;
  /**
   * Number of threads, 1 to 64, the caller's included; "auto" takes one per processor, at most four. Where threads are
   * not available, one runs and the network's `runtime.reasons.threads` says why. Default: 1.
   */
  readonly threads?: number | "auto";
  /** Bytes of linear memory that the model may take. Default: 512 MiB. */
  readonly maxMemory?: number;
  /**
   * Ends the loading: a transfer stops at once, and loadModel() throws the signal's reason. Without it, a transfer ends when
   * the server sends nothing for 30 s. `AbortSignal.timeout(ms)` limits the whole time.
   */
  readonly signal?: GlobalInstance<"AbortSignal">;
}

/** Bytes of linear memory that a model may take unless told otherwise. */
export const DEFAULT_MAX_MEMORY = 512 * 2 ** 20;

const MAX_THREADS = 64;
const MAX_BATCH = 4096;

/** A model in any of the forms that loadModel() and compileModel() take. */
export type Model = Source | Files | Iterable<FileObject> | Graph;

export type LoadModel = (model: Model | WasmModule, options?: LoadOptions) => Promise<Network>;

/**
 * Returns loadModel() for the kernels of one entry of the package.
 *
 * @internal
 */
export function createLoader(modules: ModuleSource): LoadModel {
  const compiled = compiledOnce(modules);
  return async (model, options = {}) => {
    checkOptions(options);
    const { batch = 1, maxMemory = DEFAULT_MAX_MEMORY, signal } = options;
    signal?.throwIfAborted();
    if (model instanceof WebAssembly.Module) {
      return (await import("./compiled.js")).loadCompiled(model, { ...options, maxMemory });
    }
    // The kernels compile while the file arrives, unless it brings its own.
    const early = arrives(model) ? await chooseKernels(compiled, options.kernels) : undefined;
    const file = isGraph(model) ? undefined : await readSource(model, "model", maxMemory, signal);
    if (file && isWebAssembly(file.bytes)) {
      return (await import("./compiled.js")).loadCompiled(file, { ...options, maxMemory });
    }
    const choice = early ?? (await chooseKernels(compiled, options.kernels));
    const graph = await prepare(file ? await readModel(file) : (model as Graph), options);
    const pictures = await readPictureSettings(options, file, graph);
    signal?.throwIfAborted();
    const forBatch = batch === 1 ? graph : buildGraph((await import("../ir/passes/batch.js")).batched(graph, batch));
    const settings = { maxMemory, batch, features: pooledFeatures(forBatch), file };
    const { threads = 1 } = options;
    const kernels = (shared: boolean) => compiled(choice.kernels, shared);
    const { program, reason } =
      threads === 1
        ? { program: await Program.create(forBatch, (await kernels(false))!, settings) }
        : await (await import("./threads.js")).createOnThreads(forBatch, kernels, settings, threads);
    const reasons: RuntimeReasons = {
      ...(choice.reason !== undefined && { kernels: choice.reason }),
      ...(reason !== undefined && { threads: reason }),
    };
    const runtime = {
      kernels: choice.kernels,
      threads: program.threads,
      byteProducts: program.target.multipliesBytes ? ("unsigned" as const) : undefined,
      ...(Object.keys(reasons).length > 0 && { reasons }),
    };
    const description = describeModel(program.graph);
    // Few models are detectors.
    const detections = description.detections && (await import("./detect.js")).detections;
    return new Network({ model: description, runner: program, runtime, batch, detections, ...pictures });
  };
}

/** The same modules, compiled at the first request; a failed compilation is tried again. */
function compiledOnce(modules: ModuleSource): ModuleSource {
  const known = new Map<string, ReturnType<ModuleSource>>();
  return (kernels, shared) => {
    const key = `${kernels} ${shared}`;
    if (!known.has(key)) {
      const compiling = modules(kernels, shared);
      known.set(key, compiling);
      compiling?.catch(() => known.delete(key));
    }
    return known.get(key);
  };
}

/** A set of kernels, and the reason why it is not the one that was asked for. */
interface Choice {
  readonly kernels: Kernels;
  readonly reason?: string | undefined;
}

/** Throws UnsupportedError if this runtime cannot run the kernels that were asked for. */
async function chooseKernels(modules: ModuleSource, asked: "auto" | Kernels = "auto"): Promise<Choice> {
  const best = bestKernels();
  const wantsWide = asked === "wide" || (asked === "auto" && startedWide());
  if (asked === "simd") return { kernels: "simd" };
  if (modules(asked === "relaxed" ? "relaxed" : best, false) === undefined) {
    const reason = 'this entry of the package has only the kernels "simd"';
    return { kernels: "simd", ...((asked === "relaxed" || wantsWide) && { reason }) };
  }
  if (asked === "relaxed" && !hasRelaxedSimd()) {
    throw new UnsupportedError(
      '"kernels" must be "simd" or "auto" here: this runtime has no relaxed SIMD, got "relaxed"',
    );
  }
  if (!wantsWide) return { kernels: best };
  const { whyNotWide } = await import("../runtime/revectorize.js");
  const reason = await whyNotWide(modules);
  return reason === undefined ? { kernels: "wide" } : { kernels: best, reason };
}

const KERNELS: ReadonlySet<unknown> = new Set(["auto", "simd", "relaxed", "wide"]);

function checkOptions({
  kernels = "auto",
  precision,
  threads = "auto",
  batch = 1,
  maxMemory = DEFAULT_MAX_MEMORY,
  signal,
}: LoadOptions): void {
  if (!KERNELS.has(kernels)) {
    throw new RangeError(`"kernels" must be "auto", "simd", "relaxed" or "wide", got ${describe(kernels)}`);
  }
  if (precision !== undefined && precision !== "float32") {
    throw new RangeError(`"precision" must be "float32", got ${describe(precision)}`);
  }
  if (!isIntegerUpTo(batch, MAX_BATCH)) {
    throw new RangeError(`"batch" must be an integer from 1 to ${MAX_BATCH}, got ${describe(batch)}`);
  }
  if (threads !== "auto" && !isIntegerUpTo(threads, MAX_THREADS)) {
    throw new RangeError(`"threads" must be "auto" or an integer from 1 to ${MAX_THREADS}, got ${describe(threads)}`);
  }
  checkMaxMemory(maxMemory);
  checkSignal(signal);
}

function isIntegerUpTo(value: unknown, limit: number): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= limit;
}

/** How a network takes pictures and names its classes: the options, else what the files of the model say. */
export async function readPictureSettings(
  { labels, normalization, signal }: Pick<LoadOptions, "labels" | "normalization" | "signal">,
  file: Contents | undefined,
  graph: Graph,
): Promise<Companions> {
  let found: Companions = {};
  if (file && mayHaveCompanions(file)) {
    const { readCompanions } = await import("../formats/companions.js");
    found = await readCompanions(file, graph.tensors[graph.inputs[0]!], labelCounts(graph));
  }
  return {
    ...found,
    ...(labels !== undefined && { labels: await givenLabels(labels, explicitCounts(graph), signal) }),
    ...(normalization && { normalization }),
  };
}

/** Whether a model may have labels or more beside it, or in an archive at its end (`PK`); few have. */
function mayHaveCompanions({ bytes, beside, inFolder }: Contents): boolean {
  return inFolder !== undefined || (beside && isJson(bytes)) || (bytes.at(-22) === 0x50 && bytes.at(-21) === 0x4b);
}

/** Whether reading a model takes a while, and its name is not that of a compiled model. */
function arrives(model: Model): boolean {
  if (typeof model === "string" || model instanceof URL) return !String(model).endsWith(".wasm");
  return typeof model === "object" && model !== null && "body" in model; // a Response
}

/** Whether bytes begin as a WebAssembly module does. */
function isWebAssembly(bytes: Uint8Array): boolean {
  return [0, 0x61, 0x73, 0x6d].every((byte, index) => bytes[index] === byte);
}

export function isGraph(model: Model): model is Graph {
  return typeof model === "object" && model !== null && "tensors" in model && "ops" in model;
}
