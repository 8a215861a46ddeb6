/** What callers may ask of detections. */
import { describe } from "../errors.js";

export interface Limits {
  /** Detections with a higher score are given, 0…1. */
  readonly scoreThreshold: number;
  /** Of those that overlap more than this (intersection over union, 0…1) the best is given. */
  readonly iouThreshold: number;
  /** How many are given. */
  readonly maxDetections: number;
}

/** Throws RangeError for a limit that is not as described. */
export function checkLimits({ scoreThreshold, iouThreshold, maxDetections }: Limits): void {
  for (const [name, value] of Object.entries({ scoreThreshold, iouThreshold })) {
    if (!(value >= 0 && value <= 1))
      throw new RangeError(`"${name}" must be a number from 0 to 1, got ${describe(value)}`);
  }
  if (!(maxDetections >= 1)) throw new RangeError(`"maxDetections" must be at least 1, got ${describe(maxDetections)}`);
}
