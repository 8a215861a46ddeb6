/** Tables of 256 entries for functions of one 8-bit element. */

/**
 * Returns the entry of an int16 [256] table for the element, int16 less its zero point, at an address. The index is masked:
 * no element, whatever its bits, reads outside of the table.
 */
@inline
export function entry(table: usize, element: usize, zeroPoint: i32): i16 {
  const index = (<i32>load<i16>(element) + zeroPoint) & 255;
  return load<i16>(table + ((<usize>index) << 1));
}
