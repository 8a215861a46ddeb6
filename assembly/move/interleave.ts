/**
 * Packs the weights of eight outputs side by side, as the pointwise kernels read them; called while a model loads.
 *
 *   output[w][r] = input[r][w]
 *
 * Input: eight rows of `words` 32-bit words, each a float, a pair of int16 or four bytes. Output: [words][8]. `words` is
 * even.
 */

/** Copies words, XORed with `flip`: 0x80808080 subtracts 128 from unsigned bytes, which makes them signed. */
export function interleave(input: usize, output: usize, words: i32, flip: i32): void {
  const bits = i32x4.splat(flip);
  const pitch = (<usize>words) << 2;
  for (const end = output + (pitch << 3); output < end; output += 64) {
    let from = input;
    const a = v128.xor(v128.load64_lane(from + pitch, v128.load64_zero(from), 1), bits);
    from += pitch << 1;
    const b = v128.xor(v128.load64_lane(from + pitch, v128.load64_zero(from), 1), bits);
    from += pitch << 1;
    const c = v128.xor(v128.load64_lane(from + pitch, v128.load64_zero(from), 1), bits);
    from += pitch << 1;
    const d = v128.xor(v128.load64_lane(from + pitch, v128.load64_zero(from), 1), bits);
    storeWords(output, a, b, c, d);
    input += 8;
  }
}

/** Copies rows of 2 · words bytes: XORs them with `flip`, widens them to int16 and adds `offset`. */
export function interleavePairs(input: usize, output: usize, words: i32, flip: i32, offset: i32): void {
  const bits = i32x4.splat(flip);
  const more = i16x8.splat(<i16>offset);
  const pitch = (<usize>words) << 1;
  for (const end = output + ((<usize>words) << 5); output < end; output += 64) {
    let from = input;
    const a = widen(v128.load32_lane(from + pitch, v128.load32_zero(from), 1), bits, more);
    from += pitch << 1;
    const b = widen(v128.load32_lane(from + pitch, v128.load32_zero(from), 1), bits, more);
    from += pitch << 1;
    const c = widen(v128.load32_lane(from + pitch, v128.load32_zero(from), 1), bits, more);
    from += pitch << 1;
    const d = widen(v128.load32_lane(from + pitch, v128.load32_zero(from), 1), bits, more);
    storeWords(output, a, b, c, d);
    input += 4;
  }
}


@inline
function widen(bytes: v128, flip: v128, offset: v128): v128 {
  return i16x8.add(i16x8.extend_low_i8x16_s(v128.xor(bytes, flip)), offset);
}

/** Stores two words of each of eight rows; a vector holds two rows. */
@inline
function storeWords(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, v128.shuffle<i32>(a, b, 0, 2, 4, 6));
  v128.store(to, v128.shuffle<i32>(c, d, 0, 2, 4, 6), 16);
  v128.store(to, v128.shuffle<i32>(a, b, 1, 3, 5, 7), 32);
  v128.store(to, v128.shuffle<i32>(c, d, 1, 3, 5, 7), 48);
}
