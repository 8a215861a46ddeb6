/** Loading a model for several threads. */
import { ModelError } from "../errors.js";
import type { Graph } from "../ir/graph.js";
import type { ModuleSource } from "../runtime/kernels.js";
import { processors, whyNoThreads } from "../runtime/pool/features.js";
import { Program, type ProgramOptions } from "../runtime/program.js";

const MAX_AUTO_THREADS = 4;

/** Returns the program on the threads that were asked for, or on one thread and the reason why. */
export async function createOnThreads(
  graph: Graph,
  modules: (shared: boolean) => ReturnType<ModuleSource>,
  options: ProgramOptions,
  asked: number | "auto",
): Promise<{ program: Program; reason?: string }> {
  const threads = asked === "auto" ? Math.min(processors(), MAX_AUTO_THREADS) : asked;
  const alone = async () => Program.create(graph, (await modules(false))!, options);
  if (threads === 1) return { program: await alone() };
  const shared = modules(true);
  if (!shared) return { program: await alone(), reason: "this entry of the package has no kernels for shared memory" };
  const obstacle = whyNoThreads();
  if (obstacle !== undefined) return { program: await alone(), reason: obstacle };
  try {
    return { program: await Program.create(graph, await shared, { ...options, threads }) };
  } catch (error) {
    if (error instanceof ModelError || error instanceof RangeError) throw error;
    return { program: await alone(), reason: `no worker could be started: ${(error as Error).message}` };
  }
}
