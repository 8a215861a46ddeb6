/** The compiler: graph → groups of kernel calls → addresses. Nothing here needs a memory or an engine. */
import type { Graph } from "../ir/graph.js";
import type { Target } from "./call.js";
import { fuseGraph } from "./fuse.js";
import { loadLowerings } from "./lower/index.js";
import { planMemory, type Plan } from "./plan.js";

export interface CompileOptions {
  /** Bytes that linear memory may take. */
  readonly maxMemory: number;
  /** Tensors that can be read after a run. */
  readonly keep: readonly number[];
  readonly target: Target;
  /** Threads that share the tasks. */
  readonly threads: number;
  /** false: no two operators run as one group. For tests: the bytes are the same. Default: true. */
  readonly fuse?: boolean;
}

/**
 * Plans a graph whose passes have run.
 *
 * @throws UnsupportedError for an operator that no kernel computes, RangeError if it needs more than maxMemory.
 */
export async function compileGraph(graph: Graph, options: CompileOptions): Promise<Plan> {
  const { maxMemory, target, threads, fuse = true } = options;
  const keep = new Set(options.keep);
  const fused = fuseGraph(graph, { fuse, keep, target, maxMemory, lowerings: await loadLowerings(graph) });
  return planMemory(graph, fused, { maxMemory, keep, threads });
}
