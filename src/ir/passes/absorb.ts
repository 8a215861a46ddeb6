/**
 * Operators that a convolution does on its own: the PAD before it becomes its padding, the RELU or RELU6 after it its
 * clamp.
 */
import { readersOf, type Graph } from "../graph.js";
import type { Op } from "../ops.js";
import type { Tensor } from "../tensor.js";

/** The graph without pads and activations that the convolution beside them absorbs. Results stay the same bit for bit. */
export function absorb(graph: Graph): Graph {
  return absorbActivations(absorbPads(graph));
}

function absorbPads(graph: Graph): Graph {
  const inner = solelyRead(graph);
  const pads = new Map<number, Op>();
  for (const op of graph.ops) {
    if (op.type === "pad" && inner.has(op.outputs[0]!)) pads.set(op.outputs[0]!, op);
  }
  const absorbed = new Set<Op>();
  const ops = graph.ops.map((op) => {
    const pad = pads.get(op.inputs[0]!);
    if (pad?.type !== "pad" || (op.type !== "convolution" && op.type !== "depthwise")) return op;
    absorbed.add(pad);
    const { padding: inside } = op;
    const { padding: outside } = pad;
    return {
      ...op,
      inputs: [pad.inputs[0]!, ...op.inputs.slice(1)],
      padding: {
        top: inside.top + outside.top,
        bottom: inside.bottom + outside.bottom,
        left: inside.left + outside.left,
        right: inside.right + outside.right,
      },
    };
  });
  return { ...graph, ops: ops.filter((op) => !absorbed.has(op)) };
}

function absorbActivations(graph: Graph): Graph {
  const inner = solelyRead(graph);
  const after = new Map<number, Op>();
  for (const op of graph.ops) if (op.type === "activation") after.set(op.inputs[0]!, op);
  const absorbed = new Set<Op>();
  const ops = graph.ops.map((op) => {
    const output = op.outputs[0]!;
    const activation = after.get(output);
    if (activation?.type !== "activation" || !inner.has(output) || !("activation" in op)) return op;
    if (op.type === "activation" || op.activation !== "none") return op;
    if (!sameQuantization(graph.tensors[output]!, graph.tensors[activation.outputs[0]!]!)) return op;
    absorbed.add(activation);
    return { ...op, activation: activation.activation, outputs: activation.outputs };
  });
  return { ...graph, ops: ops.filter((op) => !absorbed.has(op)) };
}

/** The tensors that exactly one operator reads and no caller gets. */
function solelyRead(graph: Graph): Set<number> {
  const sole = new Set<number>();
  for (const [tensor, ops] of readersOf(graph)) if (ops.length === 1) sole.add(tensor);
  for (const tensor of graph.outputs) sole.delete(tensor);
  return sole;
}

function sameQuantization(a: Tensor, b: Tensor): boolean {
  return (
    a.dtype === b.dtype &&
    a.quantization?.scale[0] === b.quantization?.scale[0] &&
    a.quantization?.zeroPoint[0] === b.quantization?.zeroPoint[0]
  );
}
