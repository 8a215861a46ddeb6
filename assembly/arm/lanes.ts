/** A lane of a vector in all lanes: one instruction (dup) on ARM64. */

/** 32-bit lane 0 in all four lanes. */
@inline
export function lane0(x: v128): v128 {
  return i8x16.shuffle(x, x, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
}

/** 32-bit lane 1 in all four lanes. */
@inline
export function lane1(x: v128): v128 {
  return i8x16.shuffle(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
}

/** 32-bit lane 2 in all four lanes. */
@inline
export function lane2(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11);
}

/** 32-bit lane 3 in all four lanes. */
@inline
export function lane3(x: v128): v128 {
  return i8x16.shuffle(x, x, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
}
