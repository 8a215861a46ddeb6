/** The steps of a program bound to the functions that run them, and how a task of a group runs. */
import type { HostStep } from "../compiler/fuse.js";
import type { PlannedGroup, PlannedStep } from "../compiler/plan.js";
import type { Kernel, KernelExports } from "./kernels.js";

/** A group of kernel calls, as every thread has it. */
export interface BoundGroup extends Pick<PlannedGroup, "rows" | "tiling"> {
  readonly calls: readonly { readonly run: Kernel; readonly params: number; readonly blocks: number }[];
}

/** An operator that TypeScript computes for so many images; the calling thread alone runs it. */
export type HostFunction = (images: number) => void;

export type BoundStep = BoundGroup | HostFunction;

export function isHostStep(step: PlannedStep): step is HostStep {
  return "stored" in step;
}

/** Binds steps to kernels. Workers never run a host step, so they pass no functions for them. */
export function bindSteps(
  steps: readonly PlannedStep[],
  kernels: KernelExports,
  hostFunction: (step: HostStep) => HostFunction = () => () => undefined,
): BoundStep[] {
  return steps.map((step) => {
    if (isHostStep(step)) return hostFunction(step);
    const { calls, rows, tiling } = step;
    return { calls: calls.map(({ kernel, ...call }) => ({ run: kernels[kernel], ...call })), rows, tiling };
  });
}

/** The number of tasks that threads can take from a step. */
export function tasksOf(step: BoundStep): number {
  return typeof step === "function" ? 0 : Math.ceil(step.rows / step.tiling.rows) * step.tiling.splits;
}

/**
 * Runs a task: the rows that it has among the first `part` (0…1) of the group's, from call to call through the scratch
 * tile, the last call only for its split of the channel blocks.
 */
export function runTask({ calls, rows, tiling }: BoundGroup, task: number, tile: number, part: number): void {
  const split = task % tiling.splits;
  const begin = ((task - split) / tiling.splits) * tiling.rows;
  const end = Math.min(begin + tiling.rows, Math.ceil(rows * part));
  if (begin >= end) return;
  const last = calls.length - 1;
  for (let i = 0; i < last; ++i) calls[i]!.run(calls[i]!.params, tile, begin, end, 0, calls[i]!.blocks);
  const { run, params, blocks } = calls[last]!;
  const blockBegin = Math.floor((blocks * split) / tiling.splits);
  run(params, tile, begin, end, blockBegin, Math.floor((blocks * (split + 1)) / tiling.splits));
}
