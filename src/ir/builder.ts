/** Graphs written operator by operator. */
import { buildGraph, type Graph } from "./graph.js";
import { outputShapes, type KnownAttributes, type Op } from "./ops/index.js";
import type { Tensor } from "./tensor.js";

/** Builds a graph of float32 activations. Each method adds something and returns the index of its tensor. */
export class GraphBuilder {
  readonly #tensors: Tensor[] = [];
  readonly #ops: Op[] = [];
  readonly #inputs: number[] = [];

  /** A tensor that the caller of the network provides. */
  input(name: string, shape: readonly number[]): number {
    const index = this.#tensors.push({ name, shape, dtype: "float32" }) - 1;
    this.#inputs.push(index);
    return index;
  }

  constant(name: string, shape: readonly number[], data: Float32Array): number {
    return this.#tensors.push({ name, shape, dtype: "float32", data }) - 1;
  }

  /**
   * An operator, and the tensor that it makes; if it makes several, the others have the indices after it.
   *
   * @throws FormatError where the inputs do not fit together.
   */
  add(name: string, attributes: KnownAttributes, ...inputs: readonly number[]): number {
    const output = this.#tensors.length;
    const shapes = outputShapes({ ...attributes, inputs, outputs: [] }, this.#tensors);
    for (const [i, shape] of shapes.entries()) {
      this.#tensors.push({ name: i ? `${name}/${i}` : name, shape, dtype: "float32" });
    }
    const op: Op = { ...attributes, inputs, outputs: shapes.map((_, i) => output + i) };
    this.#ops.push(op);
    return output;
  }

  shape(tensor: number): readonly number[] {
    return this.#tensors[tensor]!.shape;
  }

  /** The finished graph. Throws FormatError as buildGraph() does. */
  graph(outputs: readonly number[]): Graph {
    return buildGraph({ tensors: this.#tensors, ops: this.#ops, inputs: this.#inputs, outputs });
  }
}
