import { Tensor } from "./tensor";

/** Functions of one element. */
@unmanaged
export class Unary {
  input: Tensor;
  output: Tensor;
  /** The ratio of scales that an element is multiplied by: input scale / output scale, either being 1 if it is float32. */
  factor: f32;
  /** LEAKY_RELU: the factor of negative elements. */
  slope: f32;
  /** A function of 8 bits: int16 [256], the output less its zero point for each distance from the lowest input. */
  table: usize;
  /** Least output element, in the units it is stored in. */
  lo: f32;
  /** Greatest output element. */
  hi: f32;
  /** ROUND, as a number that the compiler cannot see. */
  round: f32;
}

/** Functions of two elements. An operand of one pixel is broadcast to all pixels. */
@unmanaged
export class Binary {
  input: Tensor;
  /** As large as the input, or one pixel. */
  other: Tensor;
  output: Tensor;
  /** Input scale / output scale of 8-bit tensors in units of 2^-shift. */
  factor: i32;
  /** The same of the other input. */
  otherFactor: i32;
  shift: i32;
  /** Least output element, in the units it is stored in: the fused activation. */
  lo: f32;
  /** Greatest output element. */
  hi: f32;
}

/** Functions of two elements, either of which is broadcast along each side in which its size is 1. */
@unmanaged
export class Broadcast {
  input: Tensor;
  other: Tensor;
  output: Tensor;
  /** SUB of 8 bits: input scale / output scale in units of 2^-shift. */
  factor: i32;
  /** The same of the other input, negative. */
  otherFactor: i32;
  shift: i32;
  /** MUL of 8 bits: the product of the input scales / output scale. */
  scale: f32;
  /** Least output element, in the units it is stored in: the fused activation. */
  lo: f32;
  /** Greatest output element. */
  hi: f32;
  /** ROUND, as a number that the compiler cannot see. */
  round: f32;
}

/** Softmax over the channels of a pixel. */
@unmanaged
export class Softmax {
  input: Tensor;
  output: Tensor;
  /** The factor of the exponent, in float32. */
  beta: f32;
  /** 8 bits: float32 [256], exp(-input scale · β · d) for each distance d from the greatest input. */
  table: usize;
  /** 8 bits: the scale of the output. */
  outputScale: f32;
  /** Least output element, in the units it is stored in. */
  lo: f32;
  /** Greatest output element. */
  hi: f32;
}
