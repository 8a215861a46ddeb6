/** From a graph to the parts of a compiled model: a memory image, the calls of its kernels, and addresses. */
import type { KernelName } from "../../../build/abi.js";
import { UnsupportedError } from "../../errors.js";
import type { Contents } from "../../io/source.js";
import type { Graph } from "../../ir/graph.js";
import { instantiateKernels } from "../../runtime/kernels.js";
import type { Products } from "../call.js";
import { writeImage } from "../image.js";
import { compileGraph } from "../index.js";
import { PAGE, START, type MemoryReport, type Plan, type PlannedGroup } from "../plan.js";
import { CompactPacker, type Completion } from "./compact.js";
import type { Segment } from "./link.js";

/** A call of a kernel: parameters, scratch tile, rows from and to, channel blocks from and to. */
export interface KernelCall {
  readonly kernel: KernelName;
  readonly args: readonly number[];
  /** It runs only where the machine multiplies in one of these ways. Default: always. */
  readonly products: readonly Products[] | undefined;
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
  readonly file: Contents | undefined;
}

/**
 * Plans a graph for one thread and packs its weights.
 *
 * @param modules the kernels that pack them.
 * @throws UnsupportedError for an operator that no kernel computes, RangeError if it needs more than maxMemory.
 */
export async function standaloneProgram(
  graph: Graph,
  modules: readonly WebAssembly.Module[],
  { kernels, maxMemory, features, file }: StandaloneOptions,
): Promise<StandaloneProgram> {
  const compact = new CompactPacker(kernels === "relaxed" ? ["pairs", "unsigned", "signed"] : ["pairs"]);
  const keep = features === undefined ? [] : [features];
  const target = { byteProducts: undefined, compact };
  const plan = await compileGraph(graph, { maxMemory, keep, target, threads: 1 });
  const pages = plan.memory.total / PAGE;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  writeImage(plan, { buffer: memory.buffer, kernels: await instantiateKernels(modules, memory) }, file);
  return {
    calls: callsOf(graph, plan),
    completions: completionsOf(plan, compact),
    image: { address: START, bytes: new Uint8Array(memory.buffer, START, plan.tiles[0]! - START) },
    memory: plan.memory,
    inputs: graph.inputs.map((tensor) => plan.address(tensor, "nhwc")),
    outputs: graph.outputs.map((tensor) => plan.address(tensor, "nhwc")),
    features: features === undefined ? undefined : plan.address(features, "nChw8c"),
  };
}

/** Throws UnsupportedError for a step that has no kernel. */
function callsOf({ ops }: Graph, { steps, tiles }: Plan): KernelCall[] {
  return steps.flatMap((step) => {
    if ("calls" in step) return callsOfGroup(step, tiles[0]!);
    const { type } = ops[step.op]!;
    throw new UnsupportedError(
      `operator ${step.op} (${type}): runs on the host, not in a compiled model; load the model instead`,
    );
  });
}

function callsOfGroup({ tiling, rows, calls }: PlannedGroup, tile: number): KernelCall[] {
  const made: KernelCall[] = [];
  for (let begin = 0; begin < rows; begin += tiling.rows) {
    const end = Math.min(begin + tiling.rows, rows);
    for (const { kernel, params, blocks, products } of calls) {
      made.push({ kernel, args: [params, tile, begin, end, 0, blocks], products });
    }
  }
  return made;
}

function completionsOf({ constants }: Plan, { completions }: CompactPacker): PlacedCompletion[] {
  return constants.flatMap(({ packed, address }) => {
    const completion = completions.get(packed);
    return completion ? [{ completion, address }] : [];
  });
}
