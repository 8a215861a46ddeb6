/** Stages with their kernels, and how a unit of one runs: all that a thread has to know. */
import type { Kernel, KernelExports, KernelName } from "./kernels.js";

/** A stage as plain data, which can be sent to another thread. */
export interface PlainStage {
  /** Index of the operator in the graph that makes the output; -1 for a change of layout. */
  readonly op: number;
  readonly calls: readonly { readonly kernel: KernelName; readonly step: number; readonly blocks: number }[];
  readonly rows: number;
  readonly rowsAtATime: number;
  readonly shares: number;
}

/** The same with functions to call. */
export interface RunningStage extends Omit<PlainStage, "calls"> {
  readonly calls: readonly { readonly run: Kernel; readonly step: number; readonly blocks: number }[];
}

export function bindKernels(stages: readonly PlainStage[], kernels: KernelExports): RunningStage[] {
  return stages.map((stage) => ({
    ...stage,
    calls: stage.calls.map(({ kernel, step, blocks }) => ({ run: kernels[kernel], step, blocks })),
  }));
}

/** How many units a stage has. */
export function unitsOf({ rows, rowsAtATime, shares }: PlainStage | RunningStage): number {
  return Math.ceil(rows / rowsAtATime) * shares;
}

/**
 * Runs a unit: the rows it has among the first `part` (0…1) of the stage's, from call to call through the panel, the last
 * call only for its share of blocks.
 */
export function runUnit(stage: RunningStage, unit: number, panel: number, part: number): void {
  const { calls, rows, rowsAtATime, shares } = stage;
  const share = unit % shares;
  const begin = ((unit - share) / shares) * rowsAtATime;
  const end = Math.min(begin + rowsAtATime, Math.ceil(rows * part));
  if (begin >= end) return;
  const last = calls.length - 1;
  for (let i = 0; i < last; ++i) calls[i]!.run(calls[i]!.step, panel, begin, end, 0, calls[i]!.blocks);
  const { run, step, blocks } = calls[last]!;
  run(step, panel, begin, end, Math.floor((blocks * share) / shares), Math.floor((blocks * (share + 1)) / shares));
}
