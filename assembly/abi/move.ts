import { Rows, Tensor } from "./tensor";
import { Window } from "./window";

/** The same elements in another layout or shape. */
@unmanaged
export class Move {
  input: Tensor;
  output: Tensor;
}

/** A tensor at a place in a larger one. */
@unmanaged
export class Placement {
  input: Tensor;
  output: Tensor;
  /** The output row, column and channel of the first element. */
  top: i32;
  left: i32;
  channel: i32;
  /** 1: 8-bit elements go through `table` to the quantisation of the output. */
  rescales: i32;
  /** int16 [256], the output less its zero point for each distance from the lowest input. */
  table: usize;
}

/** Elements from anywhere: each coordinate of the output has an offset in the input. */
@unmanaged
export class Rearrangement {
  input: Tensor;
  output: Tensor;
  /** Bytes, uint32: of each image, row, column and channel of the output; 2^31 for one that lies outside of the input. */
  offsets: usize;
  /** The element that lies outside: the bits of a float32, or an int16. */
  fill: i32;
}

/** Channels as pixels. */
@unmanaged
export class Depth {
  input: Tensor;
  output: Tensor;
  /** Pixels of the output along each side of a square that one pixel of the input becomes. */
  blockSize: i32;
  /** Input channels from a channel of an output pixel to the next. */
  channelStep: i32;
  /** Rows and columns that are cut off the squares above and to the left. */
  top: i32;
  left: i32;
  /** Input channels from the first channel of a pixel of the square to that of the next. */
  pixelStep: i32;
}

/** im2col: the inputs of each window side by side, tap by tap. */
@unmanaged
export class Gather extends Window {
  input: Tensor;
  /** Taps · blocks of the input. */
  output: Rows;
}

/** int16 elements as unsigned bytes on the tile. */
@unmanaged
export class Narrow {
  input: Rows;
  /** The number that is added to 8-bit weights, see q8/pointwisedot.ts. */
  weightOffset: i32;
}
