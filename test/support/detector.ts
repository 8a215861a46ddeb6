/** A network with the outputs of a detector, which are the same whatever it is shown. */
import { GraphBuilder } from "../../src/graph/builder.js";
import type { Graph } from "../../src/graph/graph.js";

/** ymin, xmin, ymax, xmax */
type Corners = readonly [number, number, number, number];

/** Fully connected layers without weights, whose biases are the outputs; `count` says how many of the boxes there are. */
export function constantDetector(
  boxes: readonly Corners[],
  classes: readonly number[],
  scores: readonly number[],
  count: number,
): Graph {
  const net = new GraphBuilder();
  const pooled = net.add("pool", { type: "mean", keepDims: false }, net.input("image", [1, 8, 4, 3]));
  const constant = (name: string, values: readonly number[]) =>
    net.add(
      name,
      { type: "fullyconnected", activation: "none" },
      pooled,
      net.constant(`${name}/weights`, [values.length, 3], new Float32Array(values.length * 3)),
      net.constant(`${name}/bias`, [values.length], Float32Array.from(values)),
    );
  const shaped = (name: string, values: readonly number[], shape: readonly number[]) =>
    net.add(name, { type: "reshape", shape }, constant(`${name}/values`, values));
  return net.graph([
    shaped("boxes", boxes.flat(), [1, boxes.length, 4]),
    constant("classes", classes),
    constant("scores", scores),
    shaped("count", [count], [1]),
  ]);
}
