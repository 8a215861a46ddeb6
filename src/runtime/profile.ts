/** How long each step of a program takes and how much it moves, for `mobilenet-simd profile` and the benchmarks. */
import { storedBytes } from "../compiler/layout.js";
import type { PlannedStep } from "../compiler/plan.js";
import { costOf } from "../ir/cost.js";
import type { Graph } from "../ir/graph.js";
import type { Op } from "../ir/ops/index.js";
import type { TensorView } from "../ir/tensor.js";
import { isHostStep } from "./execute.js";
import type { Program } from "./program.js";

export interface StepProfile {
  /** The operators it runs, in order: most often one, or a depthwise and a pointwise convolution; none to change the layout. */
  readonly ops: readonly Op[];
  /** The median of its times. */
  readonly milliseconds: number;
  readonly multAdds: number;
  /** Bytes of its inputs, weights and outputs as they lie in linear memory: it touches these at least once. */
  readonly bytes: number;
}

/**
 * Times the steps of a program within its runs.
 *
 * @param inputs elements for each input.
 * @param milliseconds how long to measure, after half as long to warm up.
 */
export function profileSteps(
  program: Program,
  inputs: readonly TensorView[],
  milliseconds: number,
): readonly StepProfile[] {
  const { graph } = program;
  const ends = new Float64Array(program.steps.length);
  const times = Array.from(ends, (): number[] => []);
  const run = () => {
    for (const [index, input] of inputs.entries()) program.inputs[index]!.set(input);
    const start = performance.now();
    program.execute(undefined, ends);
    return start;
  };
  for (const begin = performance.now(); performance.now() - begin < milliseconds / 2;) run();
  const begin = performance.now();
  do {
    let start = run();
    for (const [step, end] of ends.entries()) {
      times[step]!.push(end - start);
      start = end;
    }
  } while (performance.now() - begin < milliseconds);
  return program.plan.steps.map((step, index) => {
    const ops = opsOf(step.op, program);
    return {
      ops,
      milliseconds: times[index]!.toSorted((a, b) => a - b)[times[index]!.length >> 1]!,
      multAdds: ops.reduce((sum, op) => sum + costOf(op, graph.tensors).multAdds, 0),
      bytes: bytesOf(step, graph),
    };
  });
}

/** The operator that a step ends with, and before it those that no step ends with: these are part of the one that reads them. */
function opsOf(last: number, program: Program): readonly Op[] {
  if (last < 0) return [];
  const { ops } = program.graph;
  const makers = ops[last]!.inputs.map((tensor) => ops.findIndex(({ outputs }) => outputs.includes(tensor)));
  const before = makers.filter((maker) => !program.steps.includes(maker));
  return [...before.flatMap((maker) => opsOf(maker, program)), ops[last]!];
}

function bytesOf(step: PlannedStep, { tensors }: Graph): number {
  if (!isHostStep(step)) return step.bytes;
  return step.stored.reduce((sum, { tensor, layout }) => sum + storedBytes(tensors[tensor]!, layout), 0);
}
