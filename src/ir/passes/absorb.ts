/** Fusion of neighbours: a PAD becomes padding of the operator after it, a RELU or RELU6 the clamp of the one before it. */
import { solelyRead, type Graph } from "../graph.js";
import { moduleOf, type Op } from "../ops/index.js";
import type { Tensor } from "../tensor.js";

/** The graph without the pads and activations that a neighbour absorbs. Results stay the same bit for bit. */
export function absorb(graph: Graph): Graph {
  return absorbActivations(absorbPads(graph));
}

function absorbPads(graph: Graph): Graph {
  const inner = solelyRead(graph);
  const pads = new Map<number, Op>();
  for (const op of graph.ops) if (moduleOf(op).padding && inner.has(op.outputs[0]!)) pads.set(op.outputs[0]!, op);
  const absorbed = new Set<Op>();
  const ops = graph.ops.map((op): Op => {
    const pad = pads.get(op.inputs[0]!);
    const padding = pad && moduleOf(pad).padding!(pad);
    const padded = padding && moduleOf(op).absorbPadding?.(op, padding);
    if (!padded) return op;
    absorbed.add(pad);
    return { ...padded, inputs: [pad.inputs[0]!, ...op.inputs.slice(1)], outputs: op.outputs };
  });
  return { ...graph, ops: ops.filter((op) => !absorbed.has(op)) };
}

function absorbActivations(graph: Graph): Graph {
  const inner = solelyRead(graph);
  const after = new Map<number, Op>();
  for (const op of graph.ops) if (moduleOf(op).activation) after.set(op.inputs[0]!, op);
  const absorbed = new Set<Op>();
  const ops = graph.ops.map((op): Op => {
    const output = op.outputs[0]!;
    const next = after.get(output);
    if (!next || !inner.has(output)) return op;
    if (!sameQuantization(graph.tensors[output]!, graph.tensors[next.outputs[0]!]!)) return op;
    const clamped = moduleOf(op).absorbActivation?.(op, moduleOf(next).activation!(next));
    if (!clamped) return op;
    absorbed.add(next);
    return { ...clamped, inputs: op.inputs, outputs: next.outputs };
  });
  return { ...graph, ops: ops.filter((op) => !absorbed.has(op)) };
}

function sameQuantization(a: Tensor, b: Tensor): boolean {
  return (
    a.dtype === b.dtype &&
    a.quantization?.scale[0] === b.quantization?.scale[0] &&
    a.quantization?.zeroPoint[0] === b.quantization?.zeroPoint[0]
  );
}
