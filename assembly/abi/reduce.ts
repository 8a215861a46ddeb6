import { Tensor } from "./tensor";

/** One element for all along some dimensions. */
@unmanaged
export class Reduction {
  input: Tensor;
  /** 1 along the dimensions that are reduced, otherwise like the input. */
  output: Tensor;
  /** The factor of the result: of a mean, 1 / elements; with 8 bits, times input scale / output scale. */
  factor: f32;
  /** Least output element, in the units it is stored in. */
  lo: f32;
  /** Greatest output element. */
  hi: f32;
  /** ROUND, as a number that the compiler cannot see. */
  round: f32;
}

/** Division by a norm over the channels of a pixel. */
@unmanaged
export class Normalization {
  input: Tensor;
  output: Tensor;
  /** The least norm. */
  epsilon: f32;
}
