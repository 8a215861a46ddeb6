/** From a network's output to named classes. */
import type { Graph } from "../ir/graph.js";
import type { TensorInfo } from "./tensors.js";

/** A class and how probable it is. */
export interface Classification {
  /** The class name, or its index as a string if there are no labels. */
  readonly label: string;
  /** Index of the output. */
  readonly index: number;
  /** 0…1 */
  readonly probability: number;
}

/** The real values of an output as probabilities: as they are if a softmax made them, else through a softmax. */
export function probabilities(output: ArrayLike<number>, info: TensorInfo, softmaxed: boolean): Float32Array {
  const { scale = 1, zeroPoint = 0 } = info;
  const values = Float32Array.from(output, (value) => scale * (value - zeroPoint));
  return softmaxed ? values : softmax(values);
}

/** exp(x) / Σ exp(x) */
export function softmax(values: Float32Array): Float32Array {
  const peak = values.reduce((a, b) => Math.max(a, b));
  const powers = values.map((value) => Math.exp(value - peak));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** The most probable classes, best first; of equally probable ones the lower index first. */
export function best(probable: Float32Array, topK: number, labels: readonly string[] | undefined): Classification[] {
  return Array.from(probable.keys())
    .toSorted((a, b) => probable[b]! - probable[a]! || a - b)
    .slice(0, topK)
    .map((index) => ({ label: labels?.[index] ?? String(index), index, probability: probable[index]! }));
}

/** Whether a graph's first output comes out of a softmax. */
export function endsInSoftmax({ ops, outputs }: Graph): boolean {
  let tensor = outputs[0]!;
  for (const op of ops.toReversed()) {
    if (op.outputs[0] !== tensor) continue;
    if (op.type !== "reshape" && op.type !== "dequantize" && op.type !== "quantize") return op.type === "softmax";
    tensor = op.inputs[0]!;
  }
  return false;
}
