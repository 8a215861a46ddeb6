/**
 * The first run of an 8-bit program: weights lie as bytes, [K/4][8][4] for each block of outputs, at the end of the room
 * that they take as pairs of int16, [K/2][8][2]. Where products of bytes are not exact they are widened, else the bias
 * is changed for them; int8/pointwise.ts and int8/pointwisedot.ts describe the two layouts.
 */

/** Bytes of a block's bias, and of its scales. */
const EIGHT_WORDS: usize = 32;

/**
 * Widens all blocks, from the first: a block's pairs end no later than the bytes of the next one begin.
 *
 * @param address where the room begins.
 * @param offset what a weight is more than its byte.
 */
export function widen(address: usize, blocks: i32, inBlocks: i32, offset: i32): void {
  const bytes = (<usize>inBlocks) << 6;
  const more = i16x8.splat(<i16>offset);
  let from = address + <usize>blocks * bytes;
  let to = address;
  for (; blocks > 0; --blocks) {
    memory.copy(to, from, EIGHT_WORDS);
    to += EIGHT_WORDS;
    from += EIGHT_WORDS;
    for (const end = from + bytes; from < end; from += 32) {
      // Four weights of each of eight outputs.
      const a = v128.load(from);
      const b = v128.load(from, 16);
      const la = i16x8.add(i16x8.extend_low_i8x16_s(a), more);
      const ha = i16x8.add(i16x8.extend_high_i8x16_s(a), more);
      const lb = i16x8.add(i16x8.extend_low_i8x16_s(b), more);
      const hb = i16x8.add(i16x8.extend_high_i8x16_s(b), more);
      v128.store(to, v128.shuffle<i32>(la, ha, 0, 2, 4, 6));
      v128.store(to, v128.shuffle<i32>(lb, hb, 0, 2, 4, 6), 16);
      v128.store(to, v128.shuffle<i32>(la, ha, 1, 3, 5, 7), 32);
      v128.store(to, v128.shuffle<i32>(lb, hb, 1, 3, 5, 7), 48);
      to += 64;
    }
    memory.copy(to, from, EIGHT_WORDS);
    to += EIGHT_WORDS;
    from += EIGHT_WORDS;
  }
}

/**
 * Takes from each bias what the zero point of the inputs adds to products of bytes: zeroPoint · Σ (byte + offset).
 *
 * @param address where the room begins.
 */
export function adjustBias(address: usize, blocks: i32, inBlocks: i32, offset: i32, zeroPoint: i32): void {
  const bytes = (<usize>inBlocks) << 6;
  let at = address + <usize>blocks * bytes;
  const all = offset * (inBlocks << 3);
  for (; blocks > 0; --blocks) {
    for (let output: usize = 0; output < 8; ++output) {
      let sum = all;
      const first = at + EIGHT_WORDS + (output << 2);
      for (let from = first; from < first + bytes; from += 32) {
        sum += load<i8>(from) + load<i8>(from, 1) + load<i8>(from, 2) + load<i8>(from, 3);
      }
      const bias = at + (output << 2);
      store<i32>(bias, load<i32>(bias) - zeroPoint * sum);
    }
    at += EIGHT_WORDS + bytes + EIGHT_WORDS;
  }
}

/**
 * Widens the weights of a 3×3 depthwise convolution: half blocks of bias, nine taps of four bytes and scales become
 * half blocks of bias, seven vectors of pairs of taps and scales, as int8/depthwise.ts reads them.
 *
 * @param address where the room begins, at the end of which they lie.
 */
export function widenDepthwise(address: usize, halfBlocks: i32, offset: i32): void {
  const more = i16x8.splat(<i16>offset);
  const zero = i16x8.splat(0);
  let from = address + <usize>halfBlocks * (144 - 68);
  let to = address;
  for (; halfBlocks > 0; --halfBlocks) {
    const bias = v128.load(from);
    const t0 = taps(from, 16, more);
    const t1 = taps(from, 20, more);
    const t2 = taps(from, 24, more);
    const t3 = taps(from, 28, more);
    const t4 = taps(from, 32, more);
    const t5 = taps(from, 36, more);
    const t6 = taps(from, 40, more);
    const t7 = taps(from, 44, more);
    const t8 = taps(from, 48, more);
    const scales = v128.load(from, 52);
    v128.store(to, bias);
    v128.store(to, paired(t0, t3), 16);
    v128.store(to, paired(t1, t4), 32);
    v128.store(to, paired(t2, t5), 48);
    v128.store(to, paired(t6, t7), 64);
    v128.store(to, paired(t8, zero), 80);
    v128.store(to, paired(zero, t6), 96);
    v128.store(to, paired(t7, t8), 112);
    v128.store(to, scales, 128);
    from += 68;
    to += 144;
  }
}

/** The weights of a tap for four channels, in the lower half. */
@inline
function taps(from: usize, at: usize, offset: v128): v128 {
  return i16x8.add(i16x8.extend_low_i8x16_s(v128.load32_zero(from + at)), offset);
}

/** The lower halves in turn. */
@inline
function paired(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
