/** The networks that the benchmarks run: seeded, so that no file is needed. */
import type { Graph } from "../src/ir/graph.js";
import { mobileNetV1 } from "../src/models/mobilenetv1.js";
import { quantized } from "../src/models/quantized.js";

/** The three sizes of the paper's family that the figures speak of. */
export const CONFIGURATIONS = [
  { alpha: 1, resolution: 224 },
  { alpha: 0.5, resolution: 160 },
  { alpha: 0.25, resolution: 128 },
] as const;

export const PRECISIONS = ["float32", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];

export function seededNetwork(alpha: number, resolution: number, precision: Precision): Graph {
  const graph = mobileNetV1({ alpha, resolution });
  return precision === "float32" ? graph : quantized(graph);
}
