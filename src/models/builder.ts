/** Networks written as code: layers one after another, with seeded initial weights. */
import { buildGraph, type Graph } from "../graph/graph.js";
import { outputShape, samePadding, type Activation, type Op, type OpAttributes, type Size } from "../graph/ops.js";
import { elementCount, type Tensor } from "../graph/tensor.js";
import { seededRandom } from "./random.js";

/** Builds a graph of float32 tensors; each method adds an operator and returns the index of its output. */
export class GraphBuilder {
  readonly #tensors: Tensor[] = [];
  readonly #ops: Op[] = [];
  readonly #inputs: number[] = [];
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A tensor that the caller provides. */
  input(name: string, shape: readonly number[]): number {
    const index = this.#tensors.push({ name, shape, dtype: "float32" }) - 1;
    this.#inputs.push(index);
    return index;
  }

  /** Standard convolution with SAME padding. */
  convolution(
    name: string,
    x: number,
    channels: number,
    kernel: number,
    stride: number,
    activation: Activation,
  ): number {
    const depth = this.#tensors[x]!.shape[3]!;
    const weights = this.#weights(`${name}/weights`, [channels, kernel, kernel, depth], kernel * kernel * depth);
    const bias = this.#weights(`${name}/bias`, [channels], channels);
    const attributes = { type: "convolution", stride: [stride, stride], activation } as const;
    return this.#add(name, { ...attributes, padding: this.#same(x, [kernel, kernel], stride) }, [x, weights, bias]);
  }

  /** Depthwise 3×3 convolution with SAME padding. */
  depthwise(name: string, x: number, stride: number, activation: Activation): number {
    const channels = this.#tensors[x]!.shape[3]!;
    const weights = this.#weights(`${name}/weights`, [1, 3, 3, channels], 9);
    const bias = this.#weights(`${name}/bias`, [channels], channels);
    const attributes = { type: "depthwise", stride: [stride, stride], activation } as const;
    return this.#add(name, { ...attributes, padding: this.#same(x, [3, 3], stride) }, [x, weights, bias]);
  }

  /** The mean over height and width. */
  globalPool(name: string, x: number): number {
    return this.#add(name, { type: "mean", keepDims: true }, [x]);
  }

  reshape(name: string, x: number, shape: readonly number[]): number {
    return this.#add(name, { type: "reshape", shape }, [x]);
  }

  softmax(name: string, x: number): number {
    return this.#add(name, { type: "softmax", beta: 1 }, [x]);
  }

  /** The finished graph. */
  graph(...outputs: number[]): Graph {
    return buildGraph({ tensors: this.#tensors, ops: this.#ops, inputs: this.#inputs, outputs });
  }

  #same(x: number, kernel: Size, stride: number) {
    const [, height, width] = this.#tensors[x]!.shape as [number, number, number];
    return samePadding([height, width], kernel, [stride, stride]);
  }

  #add(name: string, attributes: OpAttributes, inputs: readonly number[]): number {
    const output = this.#tensors.length;
    const op: Op = { ...attributes, inputs, outputs: [output] };
    this.#tensors.push({ name, shape: outputShape(op, this.#tensors), dtype: "float32" });
    this.#ops.push(op);
    return output;
  }

  /** Uniform in ±√(6 / fan-in), He's initialisation for ReLU. */
  #weights(name: string, shape: readonly number[], fanIn: number): number {
    const limit = Math.sqrt(6 / fanIn);
    const data = new Float32Array(elementCount(shape));
    for (let i = 0; i < data.length; ++i) data[i] = limit * (2 * this.#random() - 1);
    return this.#tensors.push({ name, shape, dtype: "float32", data }) - 1;
  }
}
