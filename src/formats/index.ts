/** Model files: which format the bytes have, and the reader for it. */
import { FormatError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { isTflite, readTflite } from "./tflite/read.js";

/** Reads a model file of any format that is supported. Throws FormatError or UnsupportedError. */
export function readModel(bytes: Uint8Array): Graph {
  if (isTflite(bytes)) return readTflite(bytes);
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new FormatError(
    `expected a TensorFlow Lite file ("TFL3" at byte 4), got ${bytes.length} bytes that begin with ${start || "nothing"}`,
  );
}
