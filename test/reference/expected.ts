/** What an operator should give, and how far a float32 implementation may be off, element by element. */
export interface Expected {
  readonly values: Float64Array;
  /** 0 for 8-bit outputs. */
  readonly bound: Float64Array;
}
