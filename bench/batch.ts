/** What a picture takes among several that are computed at once: weights are read once for all of them. */
import type { Graph } from "../src/ir/graph.js";
import { batched } from "../src/ir/passes/batch.js";
import { prepare } from "../src/ir/passes/index.js";
import type { Modules } from "../src/runtime/kernels.js";
import { Program } from "../src/runtime/program.js";

export const BATCHES = [1, 2, 4, 8] as const;

/** Rounds, in each of which every batch size has its turn. */
const ROUNDS = 15;

/** Median milliseconds a picture for each of BATCHES. */
export async function batchTimes(graph: Graph, modules: Modules): Promise<number[]> {
  const programs: Program[] = [];
  for (const batch of BATCHES) {
    const options = { maxMemory: 2 ** 30, keep: [], batch };
    programs.push(await Program.create(await prepare(batched(graph, batch)), modules, options));
  }
  const times = programs.map(() => new Float64Array(ROUNDS));
  for (let round = -1; round < ROUNDS; ++round) {
    for (const [index, program] of programs.entries()) {
      const start = performance.now();
      program.execute();
      // the first round is to warm up
      if (round >= 0) times[index]![round] = (performance.now() - start) / BATCHES[index]!;
    }
  }
  return times.map((each) => each.toSorted()[ROUNDS >> 1]!);
}
