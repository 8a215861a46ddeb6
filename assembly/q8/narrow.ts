/**
 * An 8-bit activation as bytes on the scratch tile, for the pointwise kernels that multiply bytes:
 *
 *   byte[b][p][c] = input[b][p][c] + zero point       0…255, the distance from the lowest value of the type
 *   sum[p] = weightOffset · Σ byte[·][p][·]           see pointwisedot.ts
 *
 * Signed bytes are 128 less, -128…127: XOR with params.flip = 0x80. Unsigned ones have flip 0.
 *
 * Input: nChw8c int16, in the arena or at the beginning of the tile. Output: [K/8][pixels][8] bytes from the beginning of
 * the tile, then the sums, int32 [pixels], at the next multiple of 16. Each byte lies no later than its int16 did, so the
 * conversion works in place.
 */
import { Narrow } from "../abi/move";

export function q8_narrow(params: Narrow, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const called = rowEnd - rowBegin;
  const pixels = called * params.input.width;
  const input = params.input.from(tile, rowBegin);
  const inStride = params.input.stride(called);
  const zeroPoint = i16x8.splat(<i16>params.input.zeroPoint);
  const flip = i8x16.splat(<i8>params.flip);
  let out = tile;
  for (let block = blockBegin; block < blockEnd; ++block) {
    let x = input + <usize>block * inStride;
    let p = pixels;
    for (; p >= 2; p -= 2) {
      const a = i16x8.add(v128.load(x), zeroPoint);
      const b = i16x8.add(v128.load(x, 16), zeroPoint);
      v128.store(out, v128.xor(i8x16.narrow_i16x8_u(a, b), flip));
      x += 32;
      out += 16;
    }
    if (p) {
      const a = i16x8.add(v128.load(x), zeroPoint);
      v128.store64_lane(out, v128.xor(i8x16.narrow_i16x8_u(a, a), flip), 0);
      out += 8;
    }
  }
  if (params.weightOffset) addUp(params, tile, pixels, blockEnd);
}

/** Writes the sums, reading eight bytes at a time. */
function addUp(params: Narrow, tile: usize, pixels: i32, blocks: i32): void {
  const offset = params.weightOffset;
  const flip: u64 = <u64>params.flip * 0x0101010101010101;
  /** Signed bytes are so much less than unsigned ones, which are easier to add. */
  const less = params.flip * 8 * blocks;
  const stride = <usize>pixels * 8;
  let sums = sumsOn(tile, stride, blocks);
  for (let p = 0; p < pixels; ++p) {
    let x = tile + <usize>p * 8;
    let sum: i32 = 0;
    for (let block = 0; block < blocks; ++block) {
      const bytes = load<u64>(x) ^ flip;
      // Adds neighbouring bytes in four lanes of 16 bits; the multiplication adds up the lanes in the top one.
      const pairs = (bytes & 0x00ff00ff00ff00ff) + ((bytes >> 8) & 0x00ff00ff00ff00ff);
      sum += <i32>((pairs * 0x0001000100010001) >> 48);
      x += stride;
    }
    store<i32>(sums, (sum - less) * offset);
    sums += 4;
  }
}

/** Address of the sums, behind the blocks of bytes. */
@inline
export function sumsOn(tile: usize, stride: usize, blocks: i32): usize {
  return (tile + <usize>blocks * stride + 15) & ~15;
}
