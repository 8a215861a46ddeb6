/** Graphs written operator by operator. */
import { buildGraph, type Graph } from "./graph.js";
import { moduleOf, operandsOf, outputShapes, type KnownAttributes, type Op } from "./ops/index.js";
import type { DType, Quantization, Tensor, TensorData } from "./tensor.js";

/** The type of a tensor's elements. */
export type ElementKind = Pick<Tensor, "dtype" | "quantization">;

/** Builds a graph. Each method adds something and returns the index of its tensor. */
export class GraphBuilder {
  readonly #tensors: Tensor[] = [];
  readonly #ops: Op[] = [];
  readonly #inputs: number[] = [];

  /** A tensor that the caller of the network provides. */
  input(name: string, shape: readonly number[], dtype: DType = "float32", quantization?: Quantization): number {
    const index = this.#tensors.push({ name, shape, dtype, ...(quantization && { quantization }) }) - 1;
    this.#inputs.push(index);
    return index;
  }

  constant(name: string, shape: readonly number[], data: TensorData, dtype: DType = "float32"): number {
    return this.#tensors.push({ name, shape, dtype, data }) - 1;
  }

  /** A constant of any type. */
  typedConstant(tensor: Tensor): number {
    return this.#tensors.push(tensor) - 1;
  }

  /**
   * An operator, and the tensor that it makes; if it makes several, the others have the indices after it. Unless the
   * operator says otherwise, they have the type and the quantisation of the first input.
   *
   * @throws FormatError where the inputs do not fit together.
   */
  add(name: string, attributes: KnownAttributes, ...inputs: readonly number[]): number {
    const output = this.#tensors.length;
    const made = outputTensors(name, { ...attributes, inputs, outputs: [] }, this.#tensors);
    this.#tensors.push(...made);
    const op: Op = { ...attributes, inputs, outputs: made.map((_, i) => output + i) };
    this.#ops.push(op);
    return output;
  }

  /** QUANTIZE or DEQUANTIZE, to a type. */
  convert(name: string, type: "quantize" | "dequantize", x: number, to: ElementKind): number {
    const output = this.#tensors.push({ name, shape: this.shape(x), ...to }) - 1;
    this.#ops.push({ type, inputs: [x], outputs: [output] });
    return output;
  }

  shape(tensor: number): readonly number[] {
    return this.#tensors[tensor]!.shape;
  }

  tensor(index: number): Tensor {
    return this.#tensors[index]!;
  }

  /** The finished graph. Throws FormatError as buildGraph() does. */
  graph(outputs: readonly number[]): Graph {
    return buildGraph({ tensors: this.#tensors, ops: this.#ops, inputs: this.#inputs, outputs });
  }
}

/**
 * The tensors that an operator makes, which have the operator's name.
 *
 * @throws FormatError where the inputs do not fit together.
 */
export function outputTensors(name: string, op: Op, tensors: readonly Tensor[]): Tensor[] {
  const shapes = outputShapes(op, tensors);
  const operands = operandsOf(op, tensors);
  const dtypes = moduleOf(op).dtypes?.(op, operands);
  const { dtype, quantization } = operands[0]!;
  const kind = { dtype, ...(quantization && { quantization }) };
  return shapes.map((shape, i) => ({
    name: i ? `${name}/${i}` : name,
    shape,
    ...(dtypes ? { dtype: dtypes[i]! } : kind),
  }));
}
