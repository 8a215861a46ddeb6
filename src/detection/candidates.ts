/** The boxes that a detector proposes, before any of them is suppressed. */
export interface Candidates {
  /** Corners of each box, [candidates, 4]: ymin, xmin, ymax, xmax; 0…1 is the input. */
  readonly boxes: Float64Array;
  /** 0…1, [candidates]. */
  readonly scores: Float64Array;
}
