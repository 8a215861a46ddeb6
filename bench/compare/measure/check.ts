/** Whether an engine computes the same as ours: nothing is timed that computes something else. */
import type { Precision } from "../engines/engine.js";

/** float32: sums are added up in another order. */
const FLOAT_TOLERANCE = 1e-4;

/** 8 bits: where layers round otherwise, outputs differ by a few of their steps, which are 1/256. */
const STEPS = 4;

/** What is wrong with an output, or undefined. */
export function mismatch(
  output: readonly number[],
  reference: readonly number[],
  precision: Precision,
): string | undefined {
  if (output.length !== reference.length) return `${output.length} elements instead of ${reference.length}`;
  const tolerance = { float32: FLOAT_TOLERANCE, int8: STEPS / 256, uint8: STEPS }[precision];
  const largest = Math.max(...output.map((value, i) => Math.abs(value - reference[i]!)));
  // Also false for NaN.
  if (!(largest <= tolerance)) return `differs by ${largest.toPrecision(3)}, tolerance ${tolerance}`;
  const [first, expected] = [output, reference].map((values) => values.indexOf(Math.max(...values)));
  return first === expected ? undefined : `the largest is element ${first} instead of ${expected}`;
}
