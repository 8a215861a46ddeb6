/**
 * Max pooling of 8-bit models; input and output have the same scale and zero point.
 *
 *   output[c][y][x] = clamp(max ij input[c][stride·y + i - pad][stride·x + j - pad])
 *
 * Input and output: nChw8c int16. One vector holds the eight channels.
 */
import { Pool } from "../abi/pool";
import { pool } from "../loops/pooling";

export function q8_maxpool(params: Pool, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  pool<Max, i16>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Max {

  @inline
  bound(value: f32): v128 {
    return i16x8.splat(<i16>value);
  }


  @inline
  start(lo: v128): v128 {
    return lo;
  }


  @inline
  low(a: v128, x: usize): v128 {
    return i16x8.max_s(a, v128.load(x));
  }


  @inline
  high(b: v128, x: usize): v128 {
    return b;
  }


  @inline
  store(params: Pool, out: usize, a: v128, b: v128, elements: i32, lo: v128, hi: v128): void {
    v128.store(out, i16x8.min_s(a, hi));
  }
}
