/** The interface of an operator's module: its shapes, and the traits that passes ask for. */
import type { Shape, Tensor, TensorData } from "../tensor.js";
import type { Padding, Size } from "../window.js";

/** The clamp after an operator: max(x, 0), min(max(x, 0), 6), or none. */
export type Activation = "none" | "relu" | "relu6";

/**
 * An operator's place in a graph: indices of tensors. `inputs` lists the activations first, then the constants, in the
 * order that the operator's attributes state; a convolution without bias has two inputs.
 */
export interface Place {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Positions among an operator's inputs, and how the weights are laid out. */
export interface WeightTrait {
  readonly operand: number;
  /** The bias holds one number for each output channel and may be missing. */
  readonly bias: number;
  /** The dimension of the weights that counts output channels. */
  readonly axis: number;
}

/** y = scale[c] · x + shift[c] for each channel c, the last dimension of x. In float64. */
export interface ChannelScale {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * An operator with the attributes A. Methods read nothing but their arguments. Traits that an operator does not have
 * are missing.
 */
export interface OpModule<A extends { readonly type: string }> {
  /** The shapes of its outputs. Throws FormatError where the inputs do not fit together. */
  shapes(op: A, inputs: readonly Tensor[]): readonly Shape[];
  /** Its window, if it slides one over an image. */
  kernel?(op: A, inputs: readonly Tensor[]): Size;
  /** Its weights, which also give its cost: one mult-add each for every position of the output. A linear operator that has them, and no activation of its own, absorbs the batch norm after it. */
  readonly weights?: WeightTrait;
  /** No kernel computes it as it is, but the pass decompose.ts can write it in terms of other operators. Default: never. */
  decomposes?(op: A, inputs: readonly Tensor[]): boolean;
  /** The zeros around the image, if it adds them and does nothing else. */
  padding?(op: A): Padding;
  /** The operator with zeros around its input; undefined if it cannot have them. */
  absorbPadding?(op: A, padding: Padding): A | undefined;
  /** The clamp, if it does nothing else. */
  activation?(op: A): Activation;
  /** The operator with a clamp after it; undefined if it has one already. */
  absorbActivation?(op: A, activation: Activation): A | undefined;
  /** The scale and shift of each channel, if it does nothing else; undefined if they are not float32 constants. */
  channelScale?(op: A, inputs: readonly Tensor[]): ChannelScale | undefined;
  /**
   * The operator for several images, given the new shape of its first output. Without this method, the operator is the
   * same for any number of images. Throws UnsupportedError if it does not keep images apart.
   */
  batched?(op: A, shape: Shape): A;
  /** The elements of its output, from constant inputs. Without this method, the operator is never folded. */
  evaluate?(op: A, inputs: readonly Tensor[]): TensorData;
  /** It only changes the element type, so that it has nothing to do where all tensors are float32. */
  readonly convertsType?: true;
  /** It has no kernel: it runs in TypeScript, on plain views of its tensors. */
  readonly host?: true;
}

/** shapes() of operators whose output has the shape of their first input. */
export function sameShape(_: unknown, [x]: readonly Tensor[]): readonly Shape[] {
  return [x!.shape];
}

/** absorbActivation() for operators that clamp their results. */
export function fuseActivation<A extends { readonly activation: Activation }>(
  op: A,
  activation: Activation,
): A | undefined {
  return op.activation === "none" ? { ...op, activation } : undefined;
}
