/** What the benchmarks measure with. */
import { readFile } from "node:fs/promises";
import { Bench } from "tinybench";
import { costOf } from "../src/ir/cost.js";
import type { Graph } from "../src/ir/graph.js";
import { prepare } from "../src/ir/passes/index.js";
import type { TensorView } from "../src/ir/tensor.js";
import type { Kernels } from "../src/runtime/features.js";
import type { Modules } from "../src/runtime/kernels.js";
import { Program } from "../src/runtime/program.js";

const FILES = { simd: ["kernels.simd"], relaxed: ["kernels.relaxed"], wide: ["kernels.simd", "wide"] };

export async function loadModules(build: Kernels): Promise<Modules> {
  const load = async (name: string) => WebAssembly.compile(await readFile(new URL(`../${name}.wasm`, import.meta.url)));
  return { base: await Promise.all(FILES[build].map(load)), rare: () => load("kernels.rare") };
}

/** A network of one input, ready to run, and elements for the input. */
export interface Runnable {
  readonly program: Program;
  readonly x: TensorView;
}

export async function createRunnable(graph: Graph, modules: Modules): Promise<Runnable> {
  const program = await Program.create(await prepare(graph), modules, { maxMemory: 2 ** 30, keep: [] });
  const x = program.inputs[0]!.map((_, i) => (program.inputs[0] instanceof Float32Array ? Math.sin(i) : i * 7));
  return { program, x };
}

/** Median milliseconds of a run, measured for so many. */
export function timeOf({ program, x }: Runnable, milliseconds: number): Promise<number> {
  return median(milliseconds, () => {
    program.inputs[0]!.set(x);
    program.execute();
  });
}

/** Median milliseconds of a task. */
export async function median(milliseconds: number, task: () => void): Promise<number> {
  const bench = new Bench({ time: milliseconds, warmupTime: 500 });
  bench.add("task", task);
  await bench.run();
  const { result } = bench.tasks[0]!;
  if (!("latency" in result)) throw new Error("the task did not finish");
  return result.latency.p50;
}

/** Multiply-accumulates of a run. */
export function multAddsOf({ ops, tensors }: Graph): number {
  return ops.reduce((sum, op) => sum + costOf(op, tensors).multAdds, 0);
}

/** GMAC/s. */
export function rate(multAdds: number, milliseconds: number): string {
  return (multAdds / milliseconds / 1e6).toFixed(1);
}
