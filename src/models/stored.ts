/** Networks written as code whose weights are in a file, by the names and in the layouts that TensorFlow.js has them. */
import { FormatError } from "../errors.js";
import { GraphBuilder } from "../ir/builder.js";
import { NO_PADDING, samePadding, type Padding, type Size } from "../ir/window.js";
import type { Activation } from "../ir/ops/module.js";
import { permuted } from "../ir/permute.js";
import { rare } from "../ir/rare.js";
import { formatShape, type Tensor } from "../ir/tensor.js";

export type StoredWeights = ReadonlyMap<string, Tensor>;

/** What the weights of a layer are called, below the layer's name: weights, then bias. */
const CONVOLUTIONS = [
  ["weights", "convolution_bn_offset"],
  ["weights", "biases"],
  ["weights", "bias"],
  ["filters", "bias"],
  ["pointwise_filter", "bias"],
] as const;

const DEPTHWISE = ["depthwise_weights", "depthwise_filter"] as const;

/** In float32, as the networks were trained with it. */
const EPSILON = Math.fround(0.001);

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
}

/**
 * Builds such a network. Each method adds a layer and returns the index of its output; it throws FormatError for weights
 * that are missing or of another shape.
 */
export class StoredLayers extends GraphBuilder {
  readonly #weights: StoredWeights;

  constructor(weights: StoredWeights) {
    super();
    this.#weights = weights;
  }

  /** A standard convolution with bias. */
  convolution(
    name: string,
    x: number,
    channels: number,
    kernel: number,
    stride: number,
    activation: Activation,
  ): number {
    return this.#convolution(name, x, channels, { kernel, stride, activation, padding: this.#same(x, kernel, stride) });
  }

  /** The same without padding, and without an activation. */
  unpaddedConvolution(name: string, x: number, channels: number, kernel: number): number {
    return this.#convolution(name, x, channels, { kernel, stride: 1, activation: "none", padding: NO_PADDING });
  }

  #convolution(
    name: string,
    x: number,
    channels: number,
    { kernel, stride, activation, padding }: Window & { activation: Activation },
  ): number {
    const [weights, bias] = CONVOLUTIONS.find((names) =>
      names.every((last) => this.#weights.has(`${name}/${last}`)),
    ) ?? ["weights", "bias"];
    const depth = this.shape(x)[3]!;
    return this.add(
      name,
      { type: "convolution", stride: [stride, stride], padding, activation },
      x,
      this.#weight(`${name}/${weights}`, [kernel, kernel, depth, channels], [3, 0, 1, 2]),
      this.#weight(`${name}/${bias}`, [channels], [0]),
    );
  }

  /** A depthwise 3×3 convolution without bias, and its batch norm if it has one. */
  depthwise(name: string, x: number, stride: number, activation: Activation): number {
    const channels = this.shape(x)[3]!;
    const weights = DEPTHWISE.find((last) => this.#weights.has(`${name}/${last}`)) ?? DEPTHWISE[0];
    const made = this.add(
      `${name}/sums`,
      { type: "depthwise", stride: [stride, stride], padding: this.#same(x, 3, stride), activation: "none" },
      x,
      this.#weight(`${name}/${weights}`, [3, 3, channels, 1], [3, 0, 1, 2]),
    );
    const normed = this.#weights.has(`${name}/BatchNorm/gamma`) ? this.#batchNorm(`${name}/BatchNorm`, made) : made;
    return activation === "none" ? normed : this.activation(name, normed, activation);
  }

  /** A depthwise and a pointwise convolution with nothing in between. */
  separable(name: string, x: number, channels: number, stride: number, activation: Activation): number {
    return this.convolution(name, this.depthwise(name, x, stride, "none"), channels, 1, 1, activation);
  }

  activation(name: string, x: number, activation: Activation): number {
    return this.add(name, { type: "activation", activation }, x);
  }

  leakyRelu(name: string, x: number, slope: number): number {
    return this.add(name, rare({ type: "leakyrelu", slope }), x);
  }

  sum(name: string, x: number, y: number, activation: Activation): number {
    return this.add(name, { type: "add", activation }, x, y);
  }

  maxPool(name: string, x: number, kernel: number, stride: number): number {
    const size: Size = [kernel, kernel];
    const padding = this.#same(x, kernel, stride);
    const pool = rare({ type: "maxpool", kernel: size, stride: [stride, stride], padding, activation: "none" });
    return this.add(name, pool, x);
  }

  /** The mean over height and width, as a row of channels. */
  globalPool(name: string, x: number): number {
    return this.add(name, { type: "mean", keepDims: false }, x);
  }

  fullyConnected(name: string, x: number, channels: number): number {
    const depth = this.shape(x).at(-1)!;
    return this.add(
      name,
      { type: "fullyconnected", activation: "none" },
      x,
      this.#weight(`${name}/weights`, [depth, channels], [1, 0]),
      this.#weight(`${name}/bias`, [channels], [0]),
    );
  }

  #batchNorm(name: string, x: number): number {
    const channels = this.shape(x)[3]!;
    const statistics = ["gamma", "beta", "moving_mean", "moving_variance"].map((last) =>
      this.#weight(`${name}/${last}`, [channels], [0]),
    );
    return this.add(name, { type: "batchnorm", epsilon: EPSILON }, x, ...statistics);
  }

  /** The weight of that name and shape, with its dimensions in another order. */
  #weight(name: string, shape: readonly number[], order: readonly number[]): number {
    const tensor = this.#weights.get(name);
    if (!tensor) throw new FormatError(`the weight ${JSON.stringify(name)} is missing`);
    if (formatShape(tensor.shape) !== formatShape(shape)) {
      const [expected, got] = [shape, tensor.shape].map(formatShape);
      throw new FormatError(`the weight ${JSON.stringify(name)} expected ${expected}, got ${got}`);
    }
    const { shape: ordered, data } = permuted(tensor, order);
    return this.constant(name, ordered, data);
  }

  #same(x: number, kernel: number, stride: number) {
    const [, height, width] = this.shape(x) as [number, number, number];
    return samePadding([height, width], [kernel, kernel], [stride, stride]);
  }
}
