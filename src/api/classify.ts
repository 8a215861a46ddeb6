/** From a network's output to named classes. */
import type { TensorInfo } from "./tensors.js";

/** A class and its score. */
export interface Classification {
  /** The class name. Absent if the network has no label for this class. */
  readonly label?: string;
  /** Index of the class in the network's output. */
  readonly index: number;
  /** The network's probability of the class, 0…1. */
  readonly score: number;
}

/** Returns the real values of an output as probabilities; applies a softmax unless the network ends in one. */
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

/** Returns the classes with the highest scores, best first; of equal scores the lower index first. */
export function best(scores: Float32Array, topK: number, labels: readonly string[] | undefined): Classification[] {
  return Array.from(scores.keys())
    .toSorted((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, topK)
    .map((index) => ({ ...labelAt(labels, index), index, score: scores[index]! }));
}

/** The label of a class as a property of a result; no property if there is no such label. */
export function labelAt(labels: readonly string[] | undefined, index: number): { readonly label?: string } {
  const label = labels?.[index];
  return label === undefined ? {} : { label };
}
