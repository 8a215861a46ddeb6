/** Between NHWC float32 and nChw8c float32, see loops/nhwc.ts. */
import { Move } from "../abi/move";
import { fromBlocks, toBlocks } from "../loops/nhwc";

export function f32_toBlocks(params: Move, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  toBlocks<Floats, f32, f32>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Floats {

  @inline
  toBlock(x: usize, y: usize, flip: i32, zeroPoint: i32): void {
    v128.store(y, v128.load(x));
    v128.store(y, v128.load(x, 16), 16);
  }


  @inline
  toElement(x: usize, y: usize, exists: bool, flip: i32, zeroPoint: i32): void {
    store<f32>(y, exists ? load<f32>(x) : 0);
  }


  @inline
  fromElement(x: usize, y: usize, flip: i32, zeroPoint: i32): void {
    store<f32>(y, load<f32>(x));
  }
}

export function f32_fromBlocks(params: Move, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  fromBlocks<Floats, f32, f32>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}
