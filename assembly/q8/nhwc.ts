/**
 * Between NHWC bytes, uint8 or int8, and nChw8c int16, which hold q - zero point: see loops/nhwc.ts. The XOR with `flip`
 * makes either type the distance from its lowest value, from which the zero point is counted.
 */
import { Move } from "../abi/move";
import { fromBlocks, toBlocks } from "../loops/nhwc";

export function q8_toBlocks(params: Move, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  toBlocks<Bytes, u8, i16>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}


@unmanaged
class Bytes {

  @inline
  toBlock(x: usize, y: usize, flip: i32, zeroPoint: i32): void {
    const v = v128.xor(v128.load8x8_u(x), i16x8.splat(<i16>flip));
    v128.store(y, i16x8.sub(v, i16x8.splat(<i16>zeroPoint)));
  }


  @inline
  toElement(x: usize, y: usize, exists: bool, flip: i32, zeroPoint: i32): void {
    const v = ((<i32>load<u8>(x)) ^ flip) - zeroPoint;
    store<i16>(y, <i16>(exists ? v : 0));
  }


  @inline
  fromElement(x: usize, y: usize, flip: i32, zeroPoint: i32): void {
    store<u8>(y, <u8>((<i32>load<i16>(x) + zeroPoint) ^ flip));
  }
}

export function q8_fromBlocks(params: Move, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  fromBlocks<Bytes, u8, i16>(params, rowBegin, rowEnd, blockBegin, blockEnd);
}
