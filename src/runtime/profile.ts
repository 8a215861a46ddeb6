/** How long each stage of a program takes and what it moves, for `mobilenet-simd profile` and the benchmarks. */
import { costOf } from "../ir/cost.js";
import type { Graph } from "../ir/graph.js";
import type { Op } from "../ir/ops.js";
import type { TensorView } from "../ir/tensor.js";
import { storedBytes } from "../compiler/layout.js";
import type { PlannedStage } from "../compiler/plan.js";
import type { Program } from "./program.js";

export interface StageProfile {
  /** The operators it runs, in order: most often one, or a depthwise and a pointwise convolution; none to change the layout. */
  readonly ops: readonly Op[];
  /** The median of its times. */
  readonly milliseconds: number;
  readonly multAdds: number;
  /** Bytes of its inputs, weights and outputs as they lie in linear memory: what it touches at least once. */
  readonly bytes: number;
}

/**
 * Times the stages of a program within its runs.
 *
 * @param inputs elements for each input.
 * @param milliseconds how long to measure, after half as long to warm up.
 */
export function profileStages(
  program: Program,
  inputs: readonly TensorView[],
  milliseconds: number,
): readonly StageProfile[] {
  const { graph } = program;
  const ends = new Float64Array(program.stages.length);
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
    for (const [stage, end] of ends.entries()) {
      times[stage]!.push(end - start);
      start = end;
    }
  } while (performance.now() - begin < milliseconds);
  return program.plan.stages.map((stage, index) => {
    const ops = opsOf(stage.op, program);
    return {
      ops,
      milliseconds: times[index]!.toSorted((a, b) => a - b)[times[index]!.length >> 1]!,
      multAdds: ops.reduce((sum, op) => sum + costOf(op, graph.tensors).multAdds, 0),
      bytes: bytesOf(stage, graph),
    };
  });
}

/** An operator that a stage ends with, and before it those that no stage ends with: they are part of the one that reads them. */
function opsOf(last: number, program: Program): readonly Op[] {
  if (last < 0) return [];
  const { ops } = program.graph;
  const makers = ops[last]!.inputs.map((tensor) => ops.findIndex(({ outputs }) => outputs.includes(tensor)));
  const before = makers.filter((maker) => !program.stages.includes(maker));
  return [...before.flatMap((maker) => opsOf(maker, program)), ops[last]!];
}

function bytesOf({ calls }: PlannedStage, { tensors }: Graph): number {
  return calls.reduce((sum, { input, other, output, weights }) => {
    const activations = [input, other, output].filter((operand) => operand !== undefined && operand !== "panel");
    const bytes = activations.map(({ tensor, form }) => storedBytes(tensors[tensor]!, form));
    return sum + bytes.reduce((a, b) => a + b, weights?.bytes ?? 0);
  }, 0);
}
