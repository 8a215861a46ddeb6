/** Graphs written operator by operator. */
import { buildGraph, type Graph } from "./graph.js";
import { outputShapes, type KnownAttributes, type Op } from "./ops/index.js";
import type { Tensor } from "./tensor.js";

/** The type of a tensor's elements. */
export type ElementKind = Pick<Tensor, "dtype" | "quantization">;

const FLOAT32: ElementKind = { dtype: "float32" };

/** Builds a graph. Each method adds something and returns the index of its tensor. */
export class GraphBuilder {
  readonly #tensors: Tensor[] = [];
  readonly #ops: Op[] = [];
  readonly #inputs: number[] = [];

  /** A tensor that the caller of the network provides, of float32 or of another type. */
  input(name: string, shape: readonly number[], type: ElementKind = FLOAT32): number {
    const index = this.#tensors.push({ name, shape, ...type }) - 1;
    this.#inputs.push(index);
    return index;
  }

  constant(name: string, shape: readonly number[], data: Float32Array): number {
    return this.#tensors.push({ name, shape, dtype: "float32", data }) - 1;
  }

  /** A constant of any type. */
  typedConstant(tensor: Tensor): number {
    return this.#tensors.push(tensor) - 1;
  }

  /**
   * An operator, and the tensor that it makes; if it makes several, the others have the indices after it. They have the
   * type of the first input.
   *
   * @throws FormatError where the inputs do not fit together.
   */
  add(name: string, attributes: KnownAttributes, ...inputs: readonly number[]): number {
    const { dtype, quantization } = this.#tensors[inputs[0]!]!;
    return this.#add(name, attributes, inputs, { dtype, ...(quantization && { quantization }) });
  }

  /** QUANTIZE or DEQUANTIZE, to a type. */
  convert(name: string, type: "quantize" | "dequantize", x: number, to: ElementKind): number {
    return this.#add(name, { type }, [x], to);
  }

  #add(name: string, attributes: KnownAttributes, inputs: readonly number[], type: ElementKind): number {
    const output = this.#tensors.length;
    const shapes = outputShapes({ ...attributes, inputs, outputs: [] }, this.#tensors);
    for (const [i, shape] of shapes.entries()) {
      this.#tensors.push({ name: i ? `${name}/${i}` : name, shape, ...type });
    }
    const op: Op = { ...attributes, inputs, outputs: shapes.map((_, i) => output + i) };
    this.#ops.push(op);
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
