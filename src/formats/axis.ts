/** Axes as files count them: from the first dimension, or below 0 from the last. */

/** An axis counted from the first dimension; not checked. */
export function fromFirst(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
