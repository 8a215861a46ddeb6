/** Tensors that other rewrites have left behind. */
import type { Graph } from "../graph.js";

/** The graph with only those tensors that its operators, inputs and outputs name, under new indices. */
export function withoutUnused(graph: Graph): Graph {
  const named = [graph.inputs, ...graph.ops.flatMap(({ inputs, outputs }) => [inputs, outputs]), graph.outputs].flat();
  const kept = [...new Set(named)].toSorted((a, b) => a - b);
  const place = new Map(kept.map((tensor, index) => [tensor, index]));
  const moved = (tensors: readonly number[]) => tensors.map((tensor) => place.get(tensor)!);
  return {
    tensors: kept.map((tensor) => graph.tensors[tensor]!),
    ops: graph.ops.map((op) => ({ ...op, inputs: moved(op.inputs), outputs: moved(op.outputs) })),
    inputs: moved(graph.inputs),
    outputs: moved(graph.outputs),
  };
}
