/** From a graph to what a compiled model consists of: a memory image, the calls of its kernels, and addresses. */
import { UnsupportedError } from "../../errors.js";
import type { Graph } from "../../ir/graph.js";
import { instantiateKernels, type KernelName, type Modules } from "../../runtime/kernels.js";
import { lowerGraph, type Lowered } from "../fuse.js";
import type { Completion } from "../group.js";
import { writeImage, type Constants } from "../image.js";
import { PAGE, planMemory, START, type MemoryReport, type Plan } from "../plan.js";
import type { Segment } from "./link.js";

/** A call of a kernel: parameters, scratch tile, rows from and to, channel blocks from and to. */
export interface KernelCall {
  readonly kernel: KernelName;
  readonly args: readonly number[];
  /** It runs only where products of bytes are exact, or only where they are not. Default: always. */
  readonly products: "bytes" | "pairs" | undefined;
}

/** Weights that the first run completes. */
export interface PlacedCompletion {
  readonly completion: Completion;
  readonly address: number;
}

export interface StandaloneProgram {
  readonly calls: readonly KernelCall[];
  readonly completions: readonly PlacedCompletion[];
  readonly image: Segment;
  readonly memory: MemoryReport;
  /** Addresses of the inputs and outputs of the graph. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Address of the pooled features. */
  readonly features: number | undefined;
}

export interface StandaloneOptions {
  readonly kernels: "simd" | "relaxed";
  /** Bytes that linear memory may take. */
  readonly maxMemory: number;
  /** A tensor of one pixel that can be read after a run. */
  readonly features: number | undefined;
  /** The file that the graph's constants are views of. */
  readonly file: Constants | undefined;
}

/**
 * Plans a graph for one thread and packs its weights.
 *
 * @param modules the kernels that pack them.
 * @throws UnsupportedError for an operator that no kernel computes, RangeError if it needs more than maxMemory.
 */
export async function standaloneProgram(
  graph: Graph,
  modules: Modules,
  { kernels, maxMemory, features, file }: StandaloneOptions,
): Promise<StandaloneProgram> {
  const keep = new Set(features === undefined ? [] : [features]);
  const lowered = lowerGraph(graph, { fuse: true, keep, target: { multipliesBytes: undefined } });
  refuseHost(graph, lowered);
  const stages = kernels === "relaxed" ? lowered.stages : lowered.stages.map(withoutByteProducts);
  const plan = planMemory(graph, { ...lowered, stages }, keep, 1);
  const { total } = plan.memory;
  if (total > maxMemory) {
    throw new RangeError(`"maxMemory" expected at least ${total} bytes for this model, got ${maxMemory}`);
  }
  const memory = new WebAssembly.Memory({ initial: total / PAGE, maximum: total / PAGE });
  const scratch = plan.panels[0]!;
  writeImage(plan, { buffer: memory.buffer, kernels: await instantiateKernels(modules, memory), scratch }, file);
  return {
    calls: callsOf(plan),
    completions: completionsOf(plan),
    image: { address: START, bytes: new Uint8Array(memory.buffer, START, scratch - START) },
    memory: plan.memory,
    inputs: graph.inputs.map((tensor) => plan.address(tensor, "nhwc")),
    outputs: graph.outputs.map((tensor) => plan.address(tensor, "nhwc")),
    features: features === undefined ? undefined : plan.address(features, "blocks"),
  };
}

function refuseHost({ ops }: Graph, { host }: Lowered): void {
  const [first] = host;
  if (!first) return;
  throw new UnsupportedError(
    `operator ${ops.indexOf(first)} (${first.type}): runs on the host, not in a compiled model; load the model instead`,
  );
}

function withoutByteProducts(stage: Lowered["stages"][number]): Lowered["stages"][number] {
  return { ...stage, calls: stage.calls.filter(({ products }) => products !== "bytes") };
}

function callsOf({ stages, panels }: Plan): KernelCall[] {
  const calls: KernelCall[] = [];
  for (const { cut, rows, calls: together } of stages) {
    for (let begin = 0; begin < rows; begin += cut.rows) {
      const end = Math.min(begin + cut.rows, rows);
      for (const { kernel, step, blocks, products } of together) {
        calls.push({ kernel, args: [step, panels[0]!, begin, end, 0, blocks], products });
      }
    }
  }
  return calls;
}

function completionsOf({ stages }: Plan): PlacedCompletion[] {
  const completions = new Map<Completion, PlacedCompletion>();
  for (const { weights, weightsAddress } of stages.flatMap(({ calls }) => calls)) {
    const completion = weights?.completion;
    if (completion) completions.set(completion, { completion, address: weightsAddress });
  }
  return [...completions.values()];
}
