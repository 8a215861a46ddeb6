/** What a detector proposes before any of it is dropped. */
export interface Candidates {
  /** Corners of each box, [candidates, 4]: ymin, xmin, ymax, xmax; 0…1 is the input. */
  readonly boxes: Float64Array;
  /** 0…1, [candidates, classes]. */
  readonly scores: Float64Array;
  readonly classes: number;
}

/** One of the candidates, of one class. */
export interface Candidate {
  /** Which of the boxes. */
  readonly box: number;
  /** Index of the class. */
  readonly index: number;
  readonly score: number;
}
