/** A loaded model: what it is, and what can be done with it. */
import { describe, UnsupportedError } from "./errors.js";
import type { Graph } from "./graph/graph.js";
import { elementCount, featureMap, formatShape, type Tensor, type TensorView } from "./graph/tensor.js";
import { encode, encodingOf, type Encoding, type Normalization } from "./image/encode.js";
import { centralCrop, checkImage, type Image } from "./image/image.js";
import { checkBackground, resize } from "./image/resize.js";
import { describeLayers, type Layer } from "./layers.js";
import type { Build } from "./runtime/features.js";
import type { MemoryReport } from "./runtime/plan.js";
import type { Program } from "./runtime/program.js";
import { checkElements, describeTensor, type TensorInfo, type TensorValue } from "./tensors.js";

export interface ImageOptions {
  /** The fraction of each side that the central crop keeps; 1 keeps all. Default: 0.875. */
  readonly crop?: number;
  /** Average the pixels instead of sampling four, for pictures much larger than the input. Default: false. */
  readonly antialias?: boolean;
  /** RGB bytes behind transparent pixels. Default: white. */
  readonly background?: readonly [number, number, number];
}

export interface ClassifyOptions extends ImageOptions {
  /** How many classes to return. Default: 5. */
  readonly topK?: number;
}

/** A class and how probable it is. */
export interface Classification {
  /** The class name, or its index as a string if there are no labels. */
  readonly label: string;
  /** Index of the output. */
  readonly index: number;
  /** 0…1 */
  readonly probability: number;
}

/** What runs. */
export interface BuildReport {
  readonly kernels: Build;
  /** The caller's thread included. */
  readonly threads: number;
  /** Why there is not what was asked for. */
  readonly reason?: string;
}

const WHITE = [255, 255, 255] as const;

/** A loaded model. Its methods are synchronous; after dispose() they throw. */
export class Network {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** The operators in the order they run, with shapes and cost. */
  readonly layers: readonly Layer[];
  /** Class names, if there are any. */
  readonly labels: readonly string[] | undefined;
  /** Bytes of linear memory. Nothing is added to them after loading. */
  readonly memory: MemoryReport;
  readonly build: BuildReport;
  readonly #graph: Graph;
  readonly #encoding: Encoding | undefined;
  readonly #features: number | undefined;
  readonly #rgb: Uint8Array;
  #program: Program | undefined;

  /** @internal */
  constructor(
    graph: Graph,
    program: Program,
    build: BuildReport,
    labels: readonly string[] | undefined,
    normalization: Normalization | undefined,
    features: number | undefined,
  ) {
    const info = (index: number) => describeTensor(graph.tensors[index]!);
    this.inputs = graph.inputs.map(info);
    this.outputs = graph.outputs.map(info);
    this.layers = describeLayers(graph);
    this.labels = labels;
    this.memory = program.memory;
    this.build = build;
    this.#graph = graph;
    this.#program = program;
    this.#features = features;
    const image = imageInput(graph);
    this.#encoding = image && encodingOf(image, normalization);
    this.#rgb = new Uint8Array(image && this.#encoding !== "identity" ? elementCount(image.shape) : 0);
  }

  /**
   * Runs the network.
   *
   * @param input the elements of its one input, or of each by name: NHWC, in a typed array of the input's dtype.
   * @returns its outputs, copied out of the network's memory.
   * @throws TypeError for another kind of array, RangeError for a wrong length or a number that is not finite.
   */
  run(input: TensorView | Readonly<Record<string, TensorView>>): TensorValue[] {
    const program = this.#running();
    const arrays = this.#arrays(input, program);
    for (const [index, array] of arrays.entries()) program.inputs[index]!.set(array);
    program.execute();
    return this.outputs.map((output, index) => ({ ...output, data: program.outputs[index]!.slice() }));
  }

  /**
   * Names what a picture shows, most probable first; of equally probable classes the lower index first.
   *
   * @throws TypeError or RangeError if the picture or an option is not as described.
   */
  classify(image: Image, { topK = 5, ...options }: ClassifyOptions = {}): Classification[] {
    if (!Number.isInteger(topK) || topK < 1)
      throw new RangeError(`"topK" expected a whole number from 1, got ${describe(topK)}`);
    const program = this.#show(image, options);
    const probabilities = this.#probabilities(program);
    return Array.from(probabilities.keys())
      .toSorted((a, b) => probabilities[b]! - probabilities[a]! || a - b)
      .slice(0, topK)
      .map((index) => ({
        label: this.labels?.[index] ?? String(index),
        index,
        probability: probabilities[index]!,
      }));
  }

  /**
   * The features of a picture: what the network's last global pooling makes of it, before any classifier. Pictures that
   * show similar things have similar features, which is what fine-grained classification and search build on.
   *
   * @throws UnsupportedError if the network has no such layer; else as classify().
   */
  embed(image: Image, options: ImageOptions = {}): Float32Array {
    if (this.#features === undefined)
      throw new UnsupportedError("the model has no pooling over the whole image to take features from");
    return this.#show(image, options).read(this.#features);
  }

  /** Ends the network's threads and lets go of its memory. Calling it again does nothing. */
  dispose(): void {
    this.#program?.dispose();
    this.#program = undefined;
  }

  #running(): Program {
    if (!this.#program) throw new Error("the network is disposed");
    return this.#program;
  }

  /** The arrays of all inputs, checked before any is written. */
  #arrays(input: TensorView | Readonly<Record<string, TensorView>>, program: Program): TensorView[] {
    if (ArrayBuffer.isView(input)) {
      if (this.inputs.length !== 1) {
        throw new TypeError(
          `"input" expected a record of ${this.inputs.map(({ name }) => name).join(", ")}, got ${describe(input)}`,
        );
      }
      return [checkElements("input", input, program.inputs[0]!)];
    }
    if (typeof input !== "object" || input === null)
      throw new TypeError(`"input" expected a typed array or a record of them, got ${describe(input)}`);
    return this.inputs.map(({ name }, index) => checkElements(`input.${name}`, input[name], program.inputs[index]!));
  }

  /** Runs the network on a picture. */
  #show(image: Image, { crop = 0.875, antialias = false, background = WHITE }: ImageOptions): Program {
    const program = this.#running();
    const encoding = this.#encoding;
    if (!encoding) {
      const shapes = this.inputs.map(({ shape }) => formatShape(shape)).join(", ");
      throw new UnsupportedError(`pictures need a model with one input of 1×height×width×3, this one has ${shapes}`);
    }
    checkImage(image);
    checkBackground(background);
    const box = centralCrop(image, crop);
    const { height, width } = featureMap(this.inputs[0]!.shape);
    if (encoding === "identity") {
      resize(image, box, program.inputs[0] as Uint8Array, width, height, { antialias, background });
    } else {
      resize(image, box, this.#rgb, width, height, { antialias, background });
      encode(this.#rgb, encoding, program.inputs[0]!);
    }
    program.execute();
    return program;
  }

  /** The first output as probabilities: as it is if a softmax made it, else through a softmax. */
  #probabilities(program: Program): Float32Array {
    const { scale = 1, zeroPoint = 0 } = this.outputs[0]!;
    const values = Float32Array.from(program.outputs[0]!, (value) => scale * (value - zeroPoint));
    if (endsInSoftmax(this.#graph)) return values;
    const peak = values.reduce((a, b) => Math.max(a, b));
    const powers = values.map((value) => Math.exp(value - peak));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  }
}

/** The input that takes pictures: the only one, of one image with three channels. */
function imageInput({ inputs, tensors }: Graph): Tensor | undefined {
  const input = inputs.length === 1 ? tensors[inputs[0]!]! : undefined;
  return input?.shape.length === 4 && input.shape[0] === 1 && input.shape[3] === 3 ? input : undefined;
}

/** Whether the first output comes out of a softmax. */
function endsInSoftmax({ ops, outputs }: Graph): boolean {
  let tensor = outputs[0]!;
  for (const op of ops.toReversed()) {
    if (op.outputs[0] !== tensor) continue;
    if (op.type !== "reshape" && op.type !== "dequantize" && op.type !== "quantize") return op.type === "softmax";
    tensor = op.inputs[0]!;
  }
  return false;
}
