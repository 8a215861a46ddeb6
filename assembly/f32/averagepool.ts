/**
 * Average pooling: the mean of the elements of a window that lie inside the image.
 *
 *   output[c][y][x] = clamp(1/n · Σij input[c][stride·y + i - pad][stride·x + j - pad])
 *
 * Input and output: nChw8c float32. The pooling before the classifier, and MEAN over height and width, have a window as
 * large as the image.
 */
import { Pool } from "../abi/pool";
import { pool } from "../loops/pooling";
import { clamp } from "../simd/arithmetic";

export function f32_averagepool(params: Pool, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  pool<Average, f32>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Average {

  @inline
  bound(value: f32): v128 {
    return f32x4.splat(value);
  }


  @inline
  start(lo: v128): v128 {
    return f32x4.splat(0);
  }


  @inline
  low(a: v128, x: usize): v128 {
    return f32x4.add(a, v128.load(x));
  }


  @inline
  high(b: v128, x: usize): v128 {
    return f32x4.add(b, v128.load(x, 16));
  }


  @inline
  store(params: Pool, out: usize, a: v128, b: v128, elements: i32, lo: v128, hi: v128): void {
    const n = f32x4.splat(<f32>elements);
    v128.store(out, clamp(f32x4.div(a, n), lo, hi));
    v128.store(out, clamp(f32x4.div(b, n), lo, hi), 16);
  }
}
