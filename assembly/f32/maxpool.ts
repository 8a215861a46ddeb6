/**
 * Max pooling: the greatest element of a window that lies inside the image.
 *
 *   output[c][y][x] = clamp(max ij input[c][stride·y + i - pad][stride·x + j - pad])
 *
 * Input and output: nChw8c float32. A NaN in the window makes the output NaN, hence max and not pmax.
 */
import { Pool } from "../abi/pool";
import { pool } from "../loops/pooling";
import { clamp } from "../simd/arithmetic";

export function f32_maxpool(params: Pool, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  pool<Max, f32>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Max {

  @inline
  bound(value: f32): v128 {
    return f32x4.splat(value);
  }


  @inline
  start(lo: v128): v128 {
    return f32x4.splat(-Infinity);
  }


  @inline
  low(a: v128, x: usize): v128 {
    return f32x4.max(a, v128.load(x));
  }


  @inline
  high(b: v128, x: usize): v128 {
    return f32x4.max(b, v128.load(x, 16));
  }


  @inline
  store(params: Pool, out: usize, a: v128, b: v128, elements: i32, lo: v128, hi: v128): void {
    v128.store(out, clamp(a, lo, hi));
    v128.store(out, clamp(b, lo, hi), 16);
  }
}
