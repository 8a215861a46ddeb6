/** A detector that finds the same whatever it is shown. */
import { GraphBuilder } from "../../src/ir/builder.js";
import type { Graph } from "../../src/ir/graph.js";
import { rare } from "../../src/ir/rare.js";

/** top, left, bottom, right; 0…1 is the input. */
export type Corners = readonly [number, number, number, number];

/**
 * Its boxes are its anchors, because a fully connected layer without weights encodes them as zeros; the biases of another
 * are the scores of each box in each class. Every box with a score of at least a tenth is given.
 */
export function constantDetector(boxes: readonly Corners[], scores: readonly (readonly number[])[]): Graph {
  const net = new GraphBuilder();
  const pooled = net.add("pool", { type: "mean", keepDims: false }, net.input("image", [1, 8, 4, 3]));
  const constant = (name: string, values: readonly number[]) => {
    const weights = net.constant(`${name}/weights`, [values.length, 3], new Float32Array(values.length * 3));
    const bias = net.constant(`${name}/bias`, [values.length], Float32Array.from(values));
    const row = net.add(`${name}/row`, { type: "fullyconnected", activation: "none" }, pooled, weights, bias);
    return net.add(name, { type: "reshape", shape: [1, boxes.length, values.length / boxes.length] }, row);
  };
  const anchors = boxes.flatMap(([top, left, bottom, right]) => [
    (top + bottom) / 2,
    (left + right) / 2,
    bottom - top,
    right - left,
  ]);
  const found = net.add(
    "detections",
    rare({
      type: "detection",
      maxDetections: 10,
      maxClasses: 1,
      detectionsPerClass: 10,
      regular: false,
      scoreThreshold: 0.1,
      iouThreshold: 1,
      classes: scores[0]!.length,
      scales: [10, 10, 5, 5],
    }),
    constant("encodings", Array<number>(boxes.length * 4).fill(0)),
    constant("scores", scores.flat()),
    net.constant("anchors", [boxes.length, 4], Float32Array.from(anchors)),
  );
  // In another order than the operator's, as newer converters leave them.
  return net.graph([found + 2, found, found + 3, found + 1]);
}
