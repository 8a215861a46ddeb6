/** A graph for one image as a graph for several: the first dimension of every activation. */
import { UnsupportedError } from "../../errors.js";
import { formatShape } from "../tensor.js";
import type { Graph } from "../graph.js";
import type { Op } from "../ops.js";

/**
 * The graph for `images` images at once.
 *
 * @throws UnsupportedError if the first dimension of an activation is not 1, so that it is no number of images.
 */
export function batched(graph: Graph, images: number): Graph {
  if (images === 1) return graph;
  const tensors = graph.tensors.map((tensor) => {
    if (tensor.data) return tensor;
    if (tensor.shape[0] !== 1) {
      throw new UnsupportedError(
        `tensor ${JSON.stringify(tensor.name)} of ${formatShape(tensor.shape)} has no batch dimension of 1`,
      );
    }
    return { ...tensor, shape: [images, ...tensor.shape.slice(1)] };
  });
  const ops = graph.ops.map((op): Op => {
    const { shape } = tensors[op.outputs[0]!]!;
    if (op.type === "reshape") return { ...op, shape };
    if (op.type === "slice") return { ...op, size: shape };
    if ((op.type === "concatenation" && op.axis === 0) || (op.type === "transpose" && op.permutation[0] !== 0)) {
      throw new UnsupportedError(`${op.type} expected to leave the batch dimension where it is`);
    }
    return op;
  });
  return { ...graph, tensors, ops };
}
