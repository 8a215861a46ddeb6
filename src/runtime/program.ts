/** A planned graph in a linear memory of its own, ready to run. */
import type { Graph } from "../ir/graph.js";
import { elementCount, featureMap, type Tensor, type TensorView } from "../ir/tensor.js";
import { bindKernels, runUnit, unitsOf, type PlainStage, type RunningStage } from "./execute.js";
import { instantiateKernels, multipliesBytes, type Modules } from "./kernels.js";
import { affineOf, BLOCK, blocksOf, familyOf } from "../compiler/layout.js";
import { lowerGraph } from "../compiler/fuse.js";
import { writeImage, type Constants } from "../compiler/image.js";
import { PAGE, planMemory, type MemoryReport, type Plan } from "../compiler/plan.js";
import type { Runner } from "./runner.js";
import type { Team } from "./threads.js";

/** What a machine can do, as far as lowering depends on it. */
export interface Machine {
  /** It multiplies unsigned with signed bytes exactly. */
  readonly multipliesBytes: boolean;
}

export interface ProgramOptions {
  /** Bytes that linear memory may take. */
  readonly maxMemory: number;
  /** Tensors that can be read after a run. For tests. Default: none. */
  readonly keep?: readonly number[];
  /** The tensor with the pooled features, which can be read after a run. */
  readonly features?: number | undefined;
  /** false: no two operators run as one. For tests: the bytes are the same. */
  readonly fuse?: boolean;
  /** How many threads to use; more than one need a module for shared memory. Default: 1. */
  readonly threads?: number;
  /** How many images the graph is for. Default: 1. */
  readonly batch?: number;
  /** The file that the graph's constants are views of; what it has to give back is given back as they are packed. */
  readonly file?: Constants | undefined;
  /** What the kernels may count on. For tests: the bytes are the same. Default: what the machine has. */
  readonly target?: Machine;
}

/** What a program consists of. */
interface Parts {
  readonly graph: Graph;
  readonly plan: Plan;
  readonly buffer: ArrayBufferLike;
  readonly stages: readonly RunningStage[];
  readonly team: Team | undefined;
  readonly batch: number;
  readonly target: Machine;
  /** What the host has to do after the last stage, for so many images. */
  readonly finish: ((images: number) => void) | undefined;
  readonly features: number | undefined;
}

export class Program implements Runner {
  readonly memory: MemoryReport;
  readonly inputs: readonly TensorView[];
  readonly outputs: readonly TensorView[];
  readonly target: Machine;
  readonly features: (() => Float32Array) | undefined;
  /** How many threads run it, the caller's included. */
  readonly threads: number;
  /** The graph without its constants, which are packed. */
  readonly graph: Graph;
  readonly plan: Plan;
  readonly #buffer: ArrayBufferLike;
  readonly #stages: readonly RunningStage[];
  readonly #team: Team | undefined;
  readonly #batch: number;
  /** What the host has to do after the last stage, for so many images. */
  readonly #finish: ((images: number) => void) | undefined;

  private constructor({ graph, plan, buffer, stages, team, batch, target, finish, features }: Parts) {
    this.graph = withoutConstants(graph);
    this.plan = plan;
    this.#buffer = buffer;
    this.#stages = stages;
    this.#team = team;
    this.#batch = batch;
    this.target = target;
    this.#finish = finish;
    this.features = features === undefined ? undefined : () => this.read(features);
    this.threads = 1 + (team?.workers ?? 0);
    this.memory = plan.memory;
    const view = (tensor: number) => viewOf(graph.tensors[tensor]!, buffer, plan.address(tensor, "nhwc"));
    this.inputs = graph.inputs.map(view);
    this.outputs = graph.outputs.map(view);
  }

  /**
   * Plans a graph, makes its memory and packs its weights.
   *
   * @param modules kernels, on shared memory if there are several threads.
   * @throws UnsupportedError for an operator that no kernel computes, RangeError if it needs more than maxMemory, Error
   * if a thread cannot be started.
   */
  static async create(graph: Graph, modules: Modules, options: ProgramOptions): Promise<Program> {
    const { maxMemory, fuse = true, threads = 1, batch = 1, file, features } = options;
    const keep = new Set([...(options.keep ?? []), ...(features === undefined ? [] : [features])]);
    const target = options.target ?? (await targetOf(graph, modules, threads > 1));
    const lowered = lowerGraph(graph, { fuse, keep, target });
    const plan = planMemory(graph, lowered, keep, threads);
    const { total } = plan.memory;
    if (total > maxMemory) {
      throw new RangeError(`"maxMemory" expected at least ${total} bytes for this model, got ${maxMemory}`);
    }
    const pages = total / PAGE;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: threads > 1 });
    const kernels = await instantiateKernels(modules, memory);
    const plain = plan.stages.map(({ op, rows, cut, calls }): PlainStage => {
      const plainCalls = calls.map(({ kernel, step, blocks }) => ({ kernel, step, blocks }));
      return { op, calls: plainCalls, rows, rowsAtATime: cut.rows, shares: cut.shares };
    });
    const stages = bindKernels(plain, kernels);
    let team;
    if (threads > 1) {
      const { recruit } = await import("./threads.js");
      team = await recruit(stages, { modules, memory, stages: plain, batch, control: plan.control }, plan.panels);
    }
    const view = (tensor: number) => viewOf(graph.tensors[tensor]!, memory.buffer, plan.address(tensor, "nhwc"));
    let finish: ((images: number) => void) | undefined;
    if (lowered.host.length) {
      const { detector } = await import("./host/detection.js");
      const each = lowered.host.map((op) => detector(op, graph.tensors, view));
      finish = (images: number) => {
        for (const run of each) run(images);
      };
    }
    // Last, because the file may be gone with it.
    writeImage(plan, { buffer: memory.buffer, kernels, scratch: plan.panels[0]! }, file);
    return new Program({ graph, plan, buffer: memory.buffer, stages, team, batch, target, finish, features });
  }

  /** The operators that the stages end with, in the order they run; -1 is a change of layout. */
  get stages(): readonly number[] {
    return this.#stages.map(({ op }) => op);
  }

  /**
   * From the inputs to the outputs, for the first `images` images of the batch. Allocates nothing; the inputs' memory is
   * used for other things after they are read.
   *
   * @param ends takes the time at which each stage ended, by performance.now().
   */
  execute(images = this.#batch, ends?: Float64Array): void {
    if (this.#team) this.#team.execute(images, ends);
    else this.#executeAlone(images, ends);
    this.#finish?.(images);
  }

  #executeAlone(images: number, ends: Float64Array | undefined): void {
    for (let stage = 0; stage < this.#stages.length; ++stage) {
      this.executeStage(stage, images);
      if (ends) ends[stage] = performance.now();
    }
  }

  /** One stage alone on the calling thread, to time it. */
  executeStage(index: number, images = this.#batch): void {
    const stage = this.#stages[index]!;
    const panel = this.plan.panels[0]!;
    const units = unitsOf(stage);
    for (let unit = 0; unit < units; ++unit) runUnit(stage, unit, panel, images / this.#batch);
  }

  /** Ends the threads. */
  dispose(): void {
    this.#team?.dismiss();
  }

  /** The real numbers of a tensor that was kept, in NHWC. */
  read(tensor: number): Float32Array {
    const { scale } = this.#encoding(tensor);
    return this.#stored(tensor).map((value) => value * scale);
  }

  /** Its 8-bit values as the tensor's type has them, or its real numbers. */
  readRaw(tensor: number): TensorView {
    const { zeroPoint } = this.#encoding(tensor);
    const raw = newView(this.graph.tensors[tensor]!);
    raw.set(this.#stored(tensor).map((value) => value + zeroPoint));
    return raw;
  }

  #encoding(tensor: number): { scale: number; zeroPoint: number } {
    const it = this.graph.tensors[tensor]!;
    return familyOf(it) === "f32" ? { scale: 1, zeroPoint: 0 } : affineOf(it);
  }

  /** What lies in the channel blocks of a tensor, in NHWC. */
  #stored(tensor: number): Float32Array {
    const it = this.graph.tensors[tensor]!;
    const { images, height, width, channels } = featureMap(it.shape);
    const pixels = images * height * width;
    const elements = pixels * blocksOf(channels) * BLOCK;
    const address = this.plan.address(tensor, "blocks");
    const blocks =
      familyOf(it) === "f32"
        ? new Float32Array(this.#buffer, address, elements)
        : new Int16Array(this.#buffer, address, elements);
    const stored = new Float32Array(pixels * channels);
    for (let p = 0; p < pixels; ++p) {
      for (let c = 0; c < channels; ++c) {
        stored[p * channels + c] = blocks[(Math.floor(c / BLOCK) * pixels + p) * BLOCK + (c % BLOCK)]!;
      }
    }
    return stored;
  }
}

function withoutConstants(graph: Graph): Graph {
  return { ...graph, tensors: graph.tensors.map((tensor) => ({ ...tensor, data: undefined })) };
}

/** What the machine has, for these kernels, as far as the graph makes use of it. */
async function targetOf(graph: Graph, modules: Modules, shared: boolean): Promise<Machine> {
  if (graph.tensors.every(({ dtype }) => dtype !== "uint8" && dtype !== "int8")) return { multipliesBytes: false };
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
  return { multipliesBytes: multipliesBytes(await instantiateKernels(modules, memory)) };
}

function viewOf(tensor: Tensor, buffer: ArrayBufferLike, address: number): TensorView {
  const count = elementCount(tensor.shape);
  if (tensor.dtype === "uint8") return new Uint8Array(buffer, address, count);
  if (tensor.dtype === "int8") return new Int8Array(buffer, address, count);
  return new Float32Array(buffer, address, count);
}

function newView(tensor: Tensor): TensorView {
  return viewOf(tensor, new ArrayBuffer(elementCount(tensor.shape) * (tensor.dtype === "float32" ? 4 : 1)), 0);
}
