/** The weights of a layers model as constants of its graph: each once, however often a layer is used. */
import { FormatError, quote } from "../../../errors.js";
import { CopyBudget } from "../../../ir/budget.js";
import type { GraphBuilder } from "../../../ir/builder.js";
import { permuted, type Weights } from "../../../ir/permute.js";
import { elementCount, type Tensor } from "../../../ir/tensor.js";

/** From Keras' order of dimensions to the graph's. */
const ARRANGEMENTS = {
  /** [kh, kw, in, out] */
  convolution: (tensor: Tensor) => permuted(tensor, [3, 0, 1, 2]),
  /** [kh, kw, channels, multiplier]: the output channels of an input channel follow one another in both orders. */
  depthwise: (tensor: Tensor): Weights => {
    const { shape, data } = permuted(tensor, [0, 1, 2, 3]);
    const [height, width, channels, multiplier] = shape as [number, number, number, number];
    return { shape: [1, height, width, channels * multiplier], data };
  },
  /** [in, out] */
  matrix: (tensor: Tensor) => permuted(tensor, [1, 0]),
  vector: (tensor: Tensor) => permuted(tensor, [0]),
} as const;

/** The constants that one layer may read. */
export class Constants {
  readonly #model: ModelConstants;
  readonly #layer: readonly string[];

  constructor(model: ModelConstants, layer: readonly string[]) {
    this.#model = model;
    this.#layer = layer;
  }

  /**
   * Returns the constant with a name below the layer's: `kernel` is `conv1/kernel`.
   *
   * @throws FormatError if it is missing or has another number of dimensions, UnsupportedError if it is not float32 or
   * if the model asks for too many copies.
   */
  get(name: string, arrangement: keyof typeof ARRANGEMENTS): number {
    return this.#model.arranged(this.weight(name), arrangement);
  }

  /** As the file has it. Throws FormatError if it is missing. */
  weight(name: string): Tensor {
    return this.#model.find(this.#layer, name);
  }

  /** Returns a vector with the same number throughout. Throws UnsupportedError as get() does. */
  filled(length: number, value: number): number {
    return this.#model.filled(length, value);
  }
}

/** The constants of a model. */
export class ModelConstants {
  readonly #net: GraphBuilder;
  readonly #weights: ReadonlyMap<string, Tensor>;
  readonly #copies: CopyBudget;
  readonly #known = new Map<string, number>();

  /** @param weights by their names in the file. */
  constructor(net: GraphBuilder, weights: ReadonlyMap<string, Tensor>) {
    this.#net = net;
    this.#weights = weights;
    this.#copies = new CopyBudget(weights.values());
  }

  /**
   * Finds a weight of a layer.
   *
   * @param path the names of the models around the layer, from the outermost on, and its own. Converters put any number
   * of the inner ones before a weight's name.
   */
  find(path: readonly string[], name: string): Tensor {
    for (let start = 0; start < path.length; ++start) {
      const tensor = this.#weights.get(`${path.slice(start).join("/")}/${name}`);
      if (tensor) return tensor;
    }
    throw new FormatError(`the weight ${quote(`${path.at(-1)}/${name}`)} is missing`);
  }

  arranged(tensor: Tensor, arrangement: keyof typeof ARRANGEMENTS): number {
    const { name, shape } = tensor;
    return this.#once(`${arrangement} ${name}`, elementCount(shape), () => {
      const arranged = ARRANGEMENTS[arrangement](tensor);
      return this.#net.constant(name, arranged.shape, arranged.data);
    });
  }

  filled(length: number, value: number): number {
    return this.#once(`${value} × ${length}`, length, () =>
      this.#net.constant(`${value}`, [length], new Float32Array(length).fill(value)),
    );
  }

  #once(key: string, elements: number, make: () => number): number {
    let constant = this.#known.get(key);
    if (constant === undefined) {
      this.#copies.take(elements);
      constant = make();
      this.#known.set(key, constant);
    }
    return constant;
  }
}
