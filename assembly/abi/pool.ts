import { Tensor } from "./tensor";
import { Window } from "./window";

/** Pooling: a window of one channel becomes one element. */
@unmanaged
export class Pool extends Window {
  input: Tensor;
  output: Tensor;
  /** Least output element, in the units it is stored in: the fused activation. */
  lo: f32;
  /** Greatest output element. */
  hi: f32;
  /** MEAN of 8 bits: input scale / (output scale · elements of the window). */
  factor: f32;
  /** ROUND, as a number that the compiler cannot see. */
  round: f32;
}
