/** Networks written as code: layers one after another, with seeded initial weights. */
import { GraphBuilder } from "../ir/builder.js";
import type { Activation } from "../ir/ops/module.js";
import { elementCount } from "../ir/tensor.js";
import { samePadding } from "../ir/window.js";
import { seededRandom } from "./random.js";

/** Builds a network of layers; each method adds one and returns the index of its output. */
export class SeededLayers extends GraphBuilder {
  readonly #random: () => number;

  constructor(seed: number) {
    super();
    this.#random = seededRandom(seed);
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
    const depth = this.shape(x)[3]!;
    const weights = this.#weights(`${name}/weights`, [channels, kernel, kernel, depth], kernel * kernel * depth);
    const bias = this.#weights(`${name}/bias`, [channels], channels);
    const padding = this.#same(x, kernel, stride);
    return this.add(name, { type: "convolution", stride: [stride, stride], padding, activation }, x, weights, bias);
  }

  /** Depthwise 3×3 convolution with SAME padding. */
  depthwise(name: string, x: number, stride: number, activation: Activation): number {
    const channels = this.shape(x)[3]!;
    const weights = this.#weights(`${name}/weights`, [1, 3, 3, channels], 9);
    const bias = this.#weights(`${name}/bias`, [channels], channels);
    const padding = this.#same(x, 3, stride);
    return this.add(name, { type: "depthwise", stride: [stride, stride], padding, activation }, x, weights, bias);
  }

  /** The mean over height and width. */
  globalPool(name: string, x: number): number {
    return this.add(name, { type: "mean", keepDims: true }, x);
  }

  reshape(name: string, x: number, shape: readonly number[]): number {
    return this.add(name, { type: "reshape", shape }, x);
  }

  softmax(name: string, x: number): number {
    return this.add(name, { type: "softmax", beta: 1 }, x);
  }

  #same(x: number, kernel: number, stride: number) {
    const [, height, width] = this.shape(x) as [number, number, number];
    return samePadding([height, width], [kernel, kernel], [stride, stride]);
  }

  /** Uniform in ±√(6 / fan-in), He's initialisation for ReLU. */
  #weights(name: string, shape: readonly number[], fanIn: number): number {
    const limit = Math.sqrt(6 / fanIn);
    const data = new Float32Array(elementCount(shape));
    for (let i = 0; i < data.length; ++i) data[i] = limit * (2 * this.#random() - 1);
    return this.constant(name, shape, data);
  }
}
