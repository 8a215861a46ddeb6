/** Writer of TensorFlow Lite files: graph to bytes that other engines read too. */
import type { Graph } from "../../ir/graph.js";
import { OutputFile } from "./output.js";
import { writeOperator } from "./writers.js";

/**
 * The bytes of a `.tflite` file with a graph. Padding that is neither SAME nor VALID becomes a PAD of its own.
 *
 * @throws UnsupportedError for a pool with such padding, for a convolution that pads with other numbers than 0, and for
 * a batch norm, which the format does not have.
 */
export function writeTflite(graph: Graph): Uint8Array {
  const file = new OutputFile(graph);
  for (const op of graph.ops) writeOperator(op, file);
  return file.finish();
}
