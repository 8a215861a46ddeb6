/** A planned graph in a linear memory of its own, ready to run. */
import type { Target } from "../compiler/call.js";
import { writeImage } from "../compiler/image.js";
import { compileGraph } from "../compiler/index.js";
import { affineOf, BLOCK, blocksOf, elementTypeOf } from "../compiler/layout.js";
import { PAGE, type MemoryReport, type Plan } from "../compiler/plan.js";
import { ExecutionError } from "../errors.js";
import type { Contents } from "../io/source.js";
import { locate, type Graph } from "../ir/graph.js";
import { elementCount, featureMap, type Tensor, type TensorView } from "../ir/tensor.js";
import { bindSteps, isHostStep, runTask, tasksOf, type BoundStep } from "./execute.js";
import { loadHostOperators } from "./host/index.js";
import { BYTE_PRODUCTS, instantiateKernels, type KernelExports, type Modules } from "./kernels.js";
import type { ThreadPool } from "./pool/pool.js";
import type { Runner } from "./runner.js";

export interface ProgramOptions {
  /** Bytes that linear memory may take. */
  readonly maxMemory: number;
  /** Tensors that can be read after a run. Default: none. */
  readonly keep?: readonly number[];
  /** The tensor with the pooled features, which can be read after a run. */
  readonly features?: number | undefined;
  /** false: no two operators run as one. For tests: the bytes are the same. */
  readonly fuse?: boolean;
  /** Threads to use; more than one need a module for shared memory. Default: 1. */
  readonly threads?: number;
  /** Images that the graph is for. Default: 1. */
  readonly batch?: number;
  /** The file that the graph's constants are views of; it shrinks while they are packed. */
  readonly file?: Contents | undefined;
  /** The abilities that the kernels may use. For tests: the bytes are the same. Default: those of the machine. */
  readonly target?: Target;
}

/** What a program is made from. */
interface Parts {
  readonly graph: Graph;
  readonly plan: Plan;
  readonly buffer: ArrayBufferLike;
  readonly kernels: KernelExports;
  readonly steps: readonly BoundStep[];
  readonly pool: ThreadPool | undefined;
  readonly batch: number;
  readonly target: Target;
  readonly features: number | undefined;
}

export class Program implements Runner {
  readonly memory: MemoryReport;
  readonly inputs: readonly TensorView[];
  readonly outputs: readonly TensorView[];
  readonly features: (() => Float32Array) | undefined;
  readonly target: Target;
  /** Threads that run it, the caller's included. */
  readonly threads: number;
  /** The graph without its constants, which are packed. */
  readonly graph: Graph;
  readonly plan: Plan;
  readonly #buffer: ArrayBufferLike;
  readonly #kernels: KernelExports;
  readonly #steps: readonly BoundStep[];
  readonly #pool: ThreadPool | undefined;
  readonly #batch: number;
  #hasFailed = false;

  private constructor({ graph, plan, buffer, kernels, steps, pool, batch, target, features }: Parts) {
    this.graph = withoutConstants(graph);
    this.plan = plan;
    this.#buffer = buffer;
    this.#kernels = kernels;
    this.#steps = steps;
    this.#pool = pool;
    this.#batch = batch;
    this.target = target;
    this.features = features === undefined ? undefined : () => this.read(features);
    this.threads = 1 + (pool?.workers ?? 0);
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
    const { threads = 1, batch = 1, file, features } = options;
    const keep = [...(options.keep ?? []), ...(features === undefined ? [] : [features])];
    const target = options.target ?? (await targetOf(graph, modules, threads > 1));
    const plan = await compileGraph(graph, { ...options, keep, target, threads });
    const pages = plan.memory.total / PAGE;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: threads > 1 });
    const parts = plan.needsRare ? [...modules.base, await modules.rare()] : modules.base;
    const kernels = await instantiateKernels(parts, memory);
    const view = (tensor: number) => viewOf(graph.tensors[tensor]!, memory.buffer, plan.address(tensor, "nhwc"));
    const hostOps = plan.steps.filter(isHostStep).map(({ op }) => graph.ops[op]!);
    const bind = await loadHostOperators(hostOps);
    const hostTensor = (index: number) => {
      const tensor = graph.tensors[index]!;
      // A copy: the file that a constant is a view of shrinks.
      return { ...tensor, data: (tensor.data?.slice() as TensorView | undefined) ?? view(index) };
    };
    const steps = bindSteps(plan.steps, kernels, ({ op: index }) => {
      const op = graph.ops[index]!;
      const bound = () => bind(op, op.inputs.map(hostTensor), op.outputs.map(hostTensor), batch);
      return locate(`operator ${index} (${op.type})`, bound);
    });
    let pool;
    if (threads > 1) {
      const { startPool } = await import("./pool/pool.js");
      pool = await startPool(
        steps,
        { modules: parts, memory, steps: plan.steps, batch, control: plan.control },
        plan.tiles,
      );
    }
    // Last, because the file may be gone with it.
    writeImage(plan, { buffer: memory.buffer, kernels }, file);
    return new Program({ graph, plan, buffer: memory.buffer, kernels, steps, pool, batch, target, features });
  }

  areFinite(input: number, count: number): boolean {
    return Boolean(this.#kernels.f32_areFinite(this.inputs[input]!.byteOffset, count));
  }

  /** The operators that the steps end with, in the order in which they run; -1 is a change of layout. */
  get steps(): readonly number[] {
    return this.plan.steps.map(({ op }) => op);
  }

  /**
   * From the inputs to the outputs, for the first `images` images of the batch. Allocates nothing; once read, the inputs'
   * memory serves other tensors.
   *
   * @param ends takes the time at which each step ended, by performance.now().
   * @throws ExecutionError if a kernel or a thread fails, and for every call after that.
   */
  execute(images = this.#batch, ends?: Float64Array): void {
    if (this.#hasFailed) throw new ExecutionError("the network cannot run: an earlier run failed");
    try {
      if (this.#pool) this.#pool.execute(images, ends);
      else this.#executeAlone(images, ends);
    } catch (cause) {
      this.#hasFailed = true;
      this.dispose();
      throw new ExecutionError(`the run failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  #executeAlone(images: number, ends: Float64Array | undefined): void {
    for (let step = 0; step < this.#steps.length; ++step) {
      this.executeStep(step, images);
      if (ends) ends[step] = performance.now();
    }
  }

  /** One step alone on the calling thread, to time it. */
  executeStep(index: number, images = this.#batch): void {
    const step = this.#steps[index]!;
    if (typeof step === "function") return step(images);
    const tile = this.plan.tiles[0]!;
    const tasks = tasksOf(step);
    for (let task = 0; task < tasks; ++task) runTask(step, task, tile, images / this.#batch);
  }

  /** Ends the threads. */
  dispose(): void {
    this.#pool?.terminate();
  }

  /** The real numbers of a tensor that was kept, in NHWC. */
  read(tensor: number): Float32Array {
    const { scale } = this.#encoding(tensor);
    return this.#stored(tensor).map((value) => value * scale);
  }

  #encoding(tensor: number): { scale: number; zeroPoint: number } {
    const it = this.graph.tensors[tensor]!;
    return elementTypeOf(it) === "f32" ? { scale: 1, zeroPoint: 0 } : affineOf(it);
  }

  /** What lies in the channel blocks of a tensor, in NHWC. */
  #stored(tensor: number): Float32Array {
    const it = this.graph.tensors[tensor]!;
    const { images, height, width, channels } = featureMap(it.shape);
    const pixels = images * height * width;
    const elements = pixels * blocksOf(channels) * BLOCK;
    const address = this.plan.address(tensor, "nChw8c");
    const blocks =
      elementTypeOf(it) === "f32"
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
async function targetOf(graph: Graph, modules: Modules, shared: boolean): Promise<Target> {
  if (graph.tensors.every(({ dtype }) => dtype !== "uint8" && dtype !== "int8")) return { byteProducts: undefined };
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
  return { byteProducts: BYTE_PRODUCTS[(await instantiateKernels(modules.base, memory)).q8_byteProducts()] };
}

function viewOf(tensor: Tensor, buffer: ArrayBufferLike, address: number): TensorView {
  const count = elementCount(tensor.shape);
  if (tensor.dtype === "uint8" || tensor.dtype === "bool") return new Uint8Array(buffer, address, count);
  if (tensor.dtype === "int32") return new Int32Array(buffer, address, count);
  if (tensor.dtype === "int8") return new Int8Array(buffer, address, count);
  return new Float32Array(buffer, address, count);
}
