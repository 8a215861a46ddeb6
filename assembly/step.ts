/**
 * One step of a network: what a kernel has to know, as a record of 32-bit fields in linear memory.
 *
 * The host writes the record once, when it plans the network. A kernel call is then
 *
 *     kernel(step, panel, rowBegin, rowEnd, blockBegin, blockEnd)
 *
 * and computes the rectangle rows × channel blocks of its output. Rows count through the batch: row r
 * is row r mod outHeight of image r div outHeight.
 *
 * Activations lie in channel blocks, [C/8][images · H][W][8]. An element is a float32 or, in 8-bit
 * models, an int16 that holds q - zeroPoint: 0 is the real number 0 in both, so padding is zeros, and
 * uint8 and int8 tensors are the same thing. The channels after C are 0 in 8-bit activations; in float32 they are
 * finite. They meet zero weights.
 *
 * The address 0 stands for the panel: a buffer private to the calling thread that holds only the
 * rows of this call, [C/8][rowEnd - rowBegin][W][8]. One kernel leaves its output there and the
 * next one reads it, so that the activation between the two never reaches the arena.
 *
 * The host's twin of this class is src/compiler/step.ts.
 */
@unmanaged
export class Step {
  /** Input, first block; 0: the panel. */
  input: usize;
  /** The second input of an operator that has two, first block; 0: there is none. */
  other: usize;
  /** Output, first block; 0: the panel. */
  output: usize;
  /** Packed weights, or another constant operand: the header of each kernel says what. */
  weights: usize;
  /** Zeros, at least as many as an input row has: the row that padding reads. */
  zeros: usize;
  /** Bytes of a pixel in a block, 32 (float32) or 16 (int16): for the kernels in blocks/, which only move. */
  pixelBytes: usize;
  images: i32;
  inHeight: i32;
  inWidth: i32;
  /** Channels, for the kernels to which the number of blocks does not say enough. */
  inChannels: i32;
  inBlocks: i32;
  outHeight: i32;
  outWidth: i32;
  outChannels: i32;
  outBlocks: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  padTop: i32;
  padLeft: i32;
  /** Where an input's channels begin among the output's. */
  firstChannel: i32;
  /** Bounds of an output element, in the units it is stored in: the fused activation. */
  lo: f32;
  hi: f32;
  /** A factor for the whole tensor, such as 1 / scale. */
  scale: f32;
  /** Factors of two 8-bit inputs in units of 2^-shift, see int8/add.ts. */
  factor: i32;
  otherFactor: i32;
  shift: i32;
  /** Of an 8-bit NHWC tensor, counted from the lowest value that its type can hold. */
  zeroPoint: i32;
  /** What is to be added to 8-bit weights, see int8/pointwisedot.ts. */
  weightOffset: i32;
  /** 0 if that tensor is uint8, 0x80 if it is int8: what turns a byte into its distance from the lowest value. */
  flip: i32;
  /** ROUND, as a number the compiler cannot see: a literal would be rebuilt at each of its uses. */
  round: f32;
}

/** Where row rowBegin of the first block is. */
@inline
export function firstRow(address: usize, panel: usize, rowBegin: i32, pitch: usize): usize {
  return address ? address + <usize>rowBegin * pitch : panel;
}

/** Bytes from a block to the next, of an activation that has `rows` rows in all and `called` in this call. */
@inline
export function blockStride(address: usize, rows: i32, called: i32, pitch: usize): usize {
  return <usize>(address ? rows : called) * pitch;
}
