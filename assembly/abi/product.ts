import { Rows } from "./tensor";

/** Matrix products: pointwise convolutions, im2col convolutions and fully connected layers. */
@unmanaged
export class Product {
  /** K channels. After im2col they are taps · whole blocks. */
  input: Rows;
  /** N channels, as many pixels as the input. */
  output: Rows;
  /** Packed weights; the head of each kernel describes them. */
  weights: usize;
  /** The number that is added to 8-bit weights, see q8/pointwisedot.ts. */
  weightOffset: i32;
  /** Least output element, in the units it is stored in: the fused activation. */
  lo: f32;
  /** Greatest output element. */
  hi: f32;
  /** ROUND, as a number that the compiler cannot see. */
  round: f32;
}
