import { Rows, Tensor } from "./tensor";
import { Window } from "./window";

/** Convolutions with a window, standard (of an NHWC image) and depthwise. */
@unmanaged
export class Convolution extends Window {
  /** Depthwise: nChw8c. Standard: NHWC. */
  input: Tensor;
  output: Rows;
  /** Packed weights; the head of each kernel describes them. */
  weights: usize;
  /**
   * A row of padding. Depthwise 3×3: zeros, as long as an input row. Standard, float32: the numbers that padding stands
   * for, as long as a padded row. Depthwise of any kernel: the table of taps, uint32 [taps up to even], the bytes from the
   * first tap to each one in rows of the padded input, as the scratch tile holds them.
   */
  padding: usize;
  /** Groups of channels that are convolved apart. Reserved: 1. */
  groups: i32;
  /** Outputs of a channel in a depthwise convolution. Reserved: 1. */
  depthMultiplier: i32;
  /** Least output element, in the units it is stored in: the fused activation. */
  lo: f32;
  /** Greatest output element. */
  hi: f32;
  /** ROUND, as a number that the compiler cannot see: a literal would be rebuilt at each of its uses. */
  round: f32;
}
