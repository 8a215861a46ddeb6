/**
 * A picture of 8-bit RGB or RGBA as the network's input: crop, bilinear resize, white behind transparent
 * pixels, normalisation.
 *
 * In float64 and in the order of src/image/resize.ts, so that the input is the same to the byte.
 */
import { isCallers } from "./range";

/** How pictures become the input. src/compiler/emit/records.ts writes it. */
@unmanaged
export class Preprocessing {
  /** The fraction of each side that the central crop keeps; 0 scales the picture until it covers the input. */
  crop: f64;
  /** The input, [height][width][3] of float32 or of bytes. */
  input: usize;
  width: u32;
  height: u32;
  /** What each of the 256 bytes becomes, by channel, in elements of the input; 0 if it stays as it is. */
  red: usize;
  green: usize;
  blue: usize;
  isFloat: i32;
  /** Room for a Column for each column of the input. */
  columns: usize;
  /** The first address that callers may have. */
  heap: usize;
}

/** Between which columns an output column lies, in bytes from the row's beginning, and how far from the first. */
@unmanaged
class Column {
  fraction: f64;
  left: usize;
  right: usize;
}

const OK: i32 = 0;
const BAD_SIZE: i32 = 2;
const BAD_CHANNELS: i32 = 3;
const BAD_ROW_BYTES: i32 = 4;
const BAD_ADDRESS: i32 = 5;

/** Returns a status of docs/standalone.md; if it is not 0, nothing has been written. */
export function image(address: usize, width: i32, height: i32, channels: i32, rowBytes: u32, to: Preprocessing): i32 {
  if (width < 1 || height < 1) return BAD_SIZE;
  if (channels != 3 && channels != 4) return BAD_CHANNELS;
  const used = <u64>width * <u64>channels;
  if (<u64>rowBytes < used) return BAD_ROW_BYTES;
  const bytes = <u64>rowBytes * <u64>(height - 1);
  if (bytes > 0xffffffff || !isCallers(address, bytes + used, to.heap)) return BAD_ADDRESS;

  const kept = to.crop == 0 ? 1 : to.crop;
  const x0 = cropped(width, kept);
  const y0 = cropped(height, kept);
  const lastColumn = <f64>(width - 2 * x0 - 1);
  const lastRow = <f64>(height - 2 * y0 - 1);
  let scaledWidth = <f64>to.width;
  let scaledHeight = <f64>to.height;
  if (to.crop == 0) {
    const scale = max(scaledWidth / <f64>width, scaledHeight / <f64>height);
    scaledWidth = ceil(<f64>width * scale);
    scaledHeight = ceil(<f64>height * scale);
  }
  const left = floor((scaledWidth - <f64>to.width) / 2);
  const above = floor((scaledHeight - <f64>to.height) / 2);
  const across = (lastColumn + 1) / scaledWidth;
  const down = (lastRow + 1) / scaledHeight;
  const corner = address + <usize>y0 * rowBytes + <usize>x0 * channels;

  let column = changetype<Column>(to.columns);
  for (let x: u32 = 0; x < to.width; ++x) {
    const position = (left + <f64>x + 0.5) * across - 0.5;
    const low = floor(position);
    column.fraction = position - low;
    column.left = <usize>clampTo(low, lastColumn) * channels;
    column.right = <usize>clampTo(low + 1, lastColumn) * channels;
    column = changetype<Column>(changetype<usize>(column) + offsetof<Column>());
  }
  let pixel: usize = 0;
  for (let y: u32 = 0; y < to.height; ++y) {
    const position = (above + <f64>y + 0.5) * down - 0.5;
    const low = floor(position);
    const top = corner + <usize>clampTo(low, lastRow) * rowBytes;
    const bottom = corner + <usize>clampTo(low + 1, lastRow) * rowBytes;
    let column = changetype<Column>(to.columns);
    for (let x: u32 = 0; x < to.width; ++x) {
      writePixel(to, pixel, channels, top, bottom, column, position - low);
      pixel += 3;
      column = changetype<Column>(changetype<usize>(column) + offsetof<Column>());
    }
  }
  return OK;
}

/** How many pixels go on each of two sides. */
function cropped(size: i32, fraction: f64): i32 {
  return <i32>floor((<f64>size - <f64>size * fraction) / 2);
}


@inline
function clampTo(position: f64, last: f64): u32 {
  return <u32>min(max(position, 0), last);
}

/** Three elements of the input from the pixels around them. */
function writePixel(to: Preprocessing, pixel: usize, channels: i32, top: usize, bottom: usize, column: Column, down: f64): void {
  const a = top + column.left;
  const b = top + column.right;
  const c = bottom + column.left;
  const d = bottom + column.right;
  const isOpaque = channels == 3 || (load<u8>(a, 3) & load<u8>(b, 3) & load<u8>(c, 3) & load<u8>(d, 3)) == 255;
  for (let i: usize = 0; i < 3; ++i) {
    let byte: u32;
    if (isOpaque) {
      byte = between(load<u8>(a + i), load<u8>(b + i), load<u8>(c + i), load<u8>(d + i), column.fraction, down);
    } else {
      byte = between(blended(a, i), blended(b, i), blended(c, i), blended(d, i), column.fraction, down);
    }
    const table = i == 0 ? to.red : i == 1 ? to.green : to.blue;
    if (to.isFloat) store<f32>(to.input + ((pixel + i) << 2), load<f32>(table + (byte << 2)));
    else store<u8>(to.input + pixel + i, table ? load<u8>(table + byte) : byte);
  }
}

/** Between four values, rounded half up. */
@inline
function between(a: f64, b: f64, c: f64, d: f64, across: f64, down: f64): u32 {
  const top = a + (b - a) * across;
  const bottom = c + (d - c) * across;
  return <u32>(top + (bottom - top) * down + 0.5);
}

/** A channel of an RGBA pixel laid over white, in whole bytes: no quotient by 255 lies halfway between two. */
function blended(pixel: usize, channel: usize): f64 {
  const alpha = <f64>load<u8>(pixel, 3);
  return floor((<f64>load<u8>(pixel + channel) * alpha + 255 * (255 - alpha)) / 255 + 0.5);
}
