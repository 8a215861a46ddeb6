/**
 * Dilated convolutions as TensorFlow 1 wrote them: SPACE_TO_BATCH_ND, a convolution of stride 1, BATCH_TO_SPACE_ND. Each
 * image holds every d-th pixel, so the convolution reads taps that are d pixels apart.
 */
import { solelyRead, type Graph } from "../graph.js";
import type { Op, OpOf } from "../ops/index.js";
import { NO_PADDING, type Padding } from "../window.js";

/** The graph with these three operators, and the pad before them, as one convolution with dilation. */
export function foldDilations(graph: Graph): Graph {
  const inner = solelyRead(graph);
  const makers = new Map(graph.ops.map((op) => [op.outputs[0]!, op]));
  const before = (op: Op) => (inner.has(op.inputs[0]!) ? makers.get(op.inputs[0]!) : undefined);
  const folded = new Set<Op>();
  const ops = graph.ops.map((last): Op => {
    if (last.type !== "batchtospace") return last;
    const convolution = before(last);
    if (convolution?.type !== "convolution" && convolution?.type !== "depthwise") return last;
    const first = before(convolution);
    if (first?.type !== "spacetobatch" || first.block.join() !== last.block.join()) return last;
    const pad = before(first);
    const outer = pad?.type === "pad" ? pad.padding : NO_PADDING;
    const padding = paddingOf(outer, convolution, last);
    if (!padding || convolution.dilation || convolution.stride.some((stride) => stride !== 1)) return last;
    for (const each of [convolution, first]) folded.add(each);
    if (pad?.type === "pad") folded.add(pad);
    const inputs = [(pad?.type === "pad" ? pad : first).inputs[0]!, ...convolution.inputs.slice(1)];
    return { ...convolution, padding, dilation: last.block, inputs, outputs: last.outputs };
  });
  return { ...graph, ops: ops.filter((op) => !folded.has(op)) };
}

/** Zeros around the whole images; undefined where the crops cut off more than these. */
function paddingOf(
  outer: Padding,
  { padding: own }: OpOf<"convolution" | "depthwise">,
  { block: [down, across], crops }: OpOf<"batchtospace">,
): Padding | undefined {
  const padding = {
    top: outer.top + own.top * down - crops.top,
    bottom: outer.bottom + own.bottom * down - crops.bottom,
    left: outer.left + own.left * across - crops.left,
    right: outer.right + own.right * across - crops.right,
  };
  return Object.values(padding).every((side) => side >= 0) ? padding : undefined;
}
