import { Tensor } from "./tensor";

/** Bilinear interpolation between four pixels. */
@unmanaged
export class Interpolation {
  input: Tensor;
  output: Tensor;
  /**
   * [height of the output][3]: bytes from the first row of an image to the upper and to the lower of two rows, uint32, and
   * the share of the lower one: float32 or, with 8 bits, int32 in 2048ths.
   */
  rows: usize;
  /** [width of the output][3]: the same from the first column of a row to the left and to the right of two columns. */
  columns: usize;
}
