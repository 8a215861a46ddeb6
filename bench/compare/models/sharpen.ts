/** Seeded networks that are sure of something, so that comparing what engines make of them tells wrong from right. */
import type { Graph } from "../../../src/ir/graph.js";
import type { Op } from "../../../src/ir/ops/index.js";
import { importOurs } from "../engines/ours.js";

/** The largest logit. Its class is then much more probable than most, also in steps of 1/256. */
const PEAK = 8;

/** The graph with its last convolution, the classifier, scaled so that the logits of an input reach PEAK. */
export async function sharpen(graph: Graph, input: Float32Array): Promise<Graph> {
  const { loadModel } = await importOurs();
  const classifier = graph.ops.findLast(({ type }) => type === "convolution") as Op;
  const net = await loadModel({ ...graph, outputs: classifier.outputs });
  const factor = PEAK / Math.max(...net.run(input)[0]!.data);
  const constants = new Set(classifier.inputs.slice(1));
  const tensors = graph.tensors.map((tensor, index) =>
    constants.has(index) ? { ...tensor, data: tensor.data!.map((value) => factor * value) } : tensor,
  );
  return { ...graph, tensors };
}
