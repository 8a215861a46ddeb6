/** The constants of a linear operator, before they are packed for a kernel. */

/** float32 weights with their bias. */
export interface FloatMatrix {
  /** The constant that the weights are in. */
  readonly from: ArrayBufferView;
  /** The weights, made when they are needed if they are not float32 already. */
  readonly weights: () => Float32Array;
  readonly bias: Float32Array;
}

/** 8-bit weights, with bias and requantisation factor for each output channel. */
export interface IntegerMatrix {
  /** The constant that the weights are in. */
  readonly from: ArrayBufferView;
  readonly weights: Uint8Array | Int8Array;
  readonly zeroPoint: number;
  readonly bias: Int32Array;
  readonly scales: Float32Array;
}

/** The weights of a matrix product: [outputs][taps][channels]. */
export interface ProductSize {
  readonly outputs: number;
  readonly taps: number;
  readonly channels: number;
}
