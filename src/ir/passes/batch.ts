/** Batches: the first dimension of every activation becomes the number of images. */
import { quote, UnsupportedError } from "../../errors.js";
import { formatShape } from "../tensor.js";
import type { Graph } from "../graph.js";
import { moduleOf, type Op } from "../ops/index.js";

/**
 * The graph for `images` images at once.
 *
 * @throws UnsupportedError if the first dimension of an activation is not 1, or an operator mixes images.
 */
export function batched(graph: Graph, images: number): Graph {
  if (images === 1) return graph;
  // With a single dimension, it may be channels; only operators on the host say that it counts images.
  const counts = new Set(graph.ops.filter((op) => moduleOf(op).host).flatMap(({ outputs }) => outputs));
  const tensors = graph.tensors.map((tensor, index) => {
    if (tensor.data) return tensor;
    if (tensor.shape[0] !== 1 || (tensor.shape.length < 2 && !counts.has(index))) {
      throw new UnsupportedError(
        `tensor ${quote(tensor.name)} of ${formatShape(tensor.shape)} has no batch dimension of 1`,
      );
    }
    return { ...tensor, shape: [images, ...tensor.shape.slice(1)] };
  });
  const ops = graph.ops.map((op): Op => {
    const { inputs, outputs } = op;
    const several = moduleOf(op).batched?.(op, tensors[outputs[0]!]!.shape);
    return several ? { ...several, inputs, outputs } : op;
  });
  return { ...graph, tensors, ops };
}
