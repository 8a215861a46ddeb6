/** Operators in TypeScript, on plain views of their tensors: the interface, and the walk over broadcast operands. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf, OpType } from "../ops/index.js";
import { formatShape, type Shape, type Tensor, type TensorView } from "../tensor.js";

/** A tensor with its elements in the order of its shape. */
export interface HostTensor extends Tensor {
  readonly data: TensorView;
}

/**
 * Binds an operator to its tensors; the function that it returns computes the outputs and allocates nothing. The same
 * function serves to fold constants.
 *
 * @throws UnsupportedError for element types that it cannot compute.
 */
export type HostOperator<T extends OpType> = (
  op: OpOf<T>,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
) => () => void;

/** The most dimensions of a tensor. */
const RANK = 4;

type FourSizes = readonly [number, number, number, number];

/** A shape or strides in four dimensions; missing ones come first. */
function asFour(sizes: readonly number[], missing: number): FourSizes {
  return [...Array<number>(RANK - sizes.length).fill(missing), ...sizes] as unknown as FourSizes;
}

/** Elements from one to the next along each dimension. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((count, size) => count * size, 1));
}

/** How each dimension of `to` steps through a tensor that is broadcast to it: not at all where its size is 1. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : strides[axis - missing]!));
}

/**
 * Visits the elements of a shape in order.
 *
 * @param strides of up to three operands, for each dimension of the shape.
 * @param visit takes the element's index and that of the element in each operand.
 */
export function walk(
  shape: Shape,
  strides: readonly (readonly number[])[],
  visit: (index: number, a: number, b: number, c: number) => void,
): void {
  const [images, height, width, channels] = asFour(shape, 1);
  const [a, b, c] = [0, 1, 2].map((operand) => asFour(strides[operand] ?? [], 0)) as [FourSizes, FourSizes, FourSizes];
  let index = 0;
  for (let i = 0; i < images; ++i) {
    for (let j = 0; j < height; ++j) {
      for (let k = 0; k < width; ++k) {
        let at = i * a[0] + j * a[1] + k * a[2];
        let bt = i * b[0] + j * b[1] + k * b[2];
        let ct = i * c[0] + j * c[1] + k * c[2];
        for (let l = 0; l < channels; ++l) {
          visit(index++, at, bt, ct);
          at += a[3];
          bt += b[3];
          ct += c[3];
        }
      }
    }
  }
}

/** Throws UnsupportedError unless all tensors have the same element type and, if they are 8-bit, the same quantisation. */
export function expectSameElements(tensors: readonly Tensor[]): void {
  const [first] = tensors;
  for (const { dtype, quantization, name, shape } of tensors) {
    const same =
      dtype === first!.dtype &&
      quantization?.scale[0] === first!.quantization?.scale[0] &&
      quantization?.zeroPoint[0] === first!.quantization?.zeroPoint[0];
    if (!same) {
      throw new UnsupportedError(
        `expected tensors of one element type and quantisation, got ${first!.dtype} and ${dtype} in ${name} of ${formatShape(shape)}`,
      );
    }
  }
}
