/** Graphs written operator by operator. */
import { buildGraph, type Graph } from "./graph.js";
import {
  moduleOf,
  operandsOf,
  outputShapes,
  type CommonAttributes,
  type Known,
  type Op,
  type RareAttributes,
} from "./ops/index.js";
import type { DType, Tensor, TensorData } from "./tensor.js";

/** Builds a graph of float32, int32 and bool tensors. Each method adds something and returns the index of its tensor. */
export class GraphBuilder {
  readonly #tensors: Tensor[] = [];
  readonly #ops: Op[] = [];
  readonly #inputs: number[] = [];

  /** A tensor that the caller of the network provides. */
  input(name: string, shape: readonly number[], dtype: DType = "float32"): number {
    const index = this.#tensors.push({ name, shape, dtype }) - 1;
    this.#inputs.push(index);
    return index;
  }

  constant(name: string, shape: readonly number[], data: TensorData, dtype: DType = "float32"): number {
    return this.#tensors.push({ name, shape, dtype, data }) - 1;
  }

  /**
   * An operator, and the tensor that it makes; if it makes several, the others have the indices after it.
   *
   * @throws FormatError where the inputs do not fit together.
   */
  add(name: string, attributes: CommonAttributes | Known<RareAttributes>, ...inputs: readonly number[]): number {
    const output = this.#tensors.length;
    const made = outputTensors(name, { ...attributes, inputs, outputs: [] }, this.#tensors);
    this.#tensors.push(...made);
    const op: Op = { ...attributes, inputs, outputs: made.map((_, i) => output + i) };
    this.#ops.push(op);
    return output;
  }

  tensor(index: number): Tensor {
    return this.#tensors[index]!;
  }

  shape(tensor: number): readonly number[] {
    return this.#tensors[tensor]!.shape;
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
  const dtypes = moduleOf(op).dtypes?.(op, operands) ?? shapes.map(() => operands[0]!.dtype);
  return shapes.map((shape, i) => ({ name: i ? `${name}/${i}` : name, shape, dtype: dtypes[i]! }));
}
