/**
 * Whether all numbers of an input are finite.
 *
 *   NaN and ±∞ have all eight bits of the exponent set: one more in its last place makes the bits a negative integer.
 *
 * Input: [count].
 */
const EXPONENT: i32 = 0x7f800000;
const LAST_PLACE: i32 = 0x00800000;

export function f32_areFinite(input: usize, count: i32): bool {
  const exponent = i32x4.splat(EXPONENT);
  const one = i32x4.splat(LAST_PLACE);
  const end = input + ((<usize>count) << 2);
  let any = i32x4.splat(0);
  for (; input + 16 <= end; input += 16) {
    any = v128.or(any, i32x4.add(v128.and(v128.load(input), exponent), one));
  }
  let rest = i32x4.bitmask(any);
  for (; input < end; input += 4) rest |= i32((load<i32>(input) & EXPONENT) + LAST_PLACE < 0);
  return rest == 0;
}
