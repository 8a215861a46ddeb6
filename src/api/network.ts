/** A loaded model: what it is, and what can be done with it. */
import { best, probabilities, type Classification } from "./classify.js";
import { detections, type DetectionOutputs, type DetectOptions, type Detection } from "./detect.js";
import { describe, UnsupportedError } from "../errors.js";
import type { Tensor, TensorView } from "../ir/tensor.js";
import type { Normalization } from "../image/encode.js";
import type { Image } from "../image/image.js";
import { PictureInput, type ImageOptions } from "../image/picture.js";
import type { Layer } from "../ir/layers.js";
import type { Build } from "../runtime/features.js";
import type { MemoryReport } from "../compiler/plan.js";
import type { Runner } from "../runtime/runner.js";
import { checkElements, describeTensor, type TensorInfo, type TensorValue } from "./tensors.js";

export interface ClassifyOptions extends ImageOptions {
  /** How many classes to return. Default: 5. */
  readonly topK?: number;
}

/** What runs. */
export interface BuildReport {
  readonly kernels: Build;
  /** The caller's thread included. */
  readonly threads: number;
  /** 8-bit models multiply bytes at once, which needs relaxed SIMD and, on x64, AVX-VNNI. The results are the same. */
  readonly byteProducts: boolean;
  /** Why there is not what was asked for. */
  readonly reason?: string;
}

/** What a network is made from. */
interface Parts {
  readonly model: ModelDescription;
  readonly runner: Runner;
  readonly build: BuildReport;
  readonly batch: number;
  readonly labels: readonly string[] | undefined;
  readonly normalization: Normalization | undefined;
}

/** A model as far as its network knows it. */
export interface ModelDescription {
  /** Without data. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly layers: readonly Layer[];
  /** Whether the first output comes out of a softmax. */
  readonly endsInSoftmax: boolean;
  /** Where the outputs of a detector are. */
  readonly detections: DetectionOutputs | undefined;
}

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
  /** How many images it takes at once. */
  readonly batch: number;
  readonly #model: ModelDescription;
  readonly #normalization: Normalization | undefined;
  #picture: PictureInput | undefined;
  #runner: Runner | undefined;

  /** @internal */
  constructor({ model, runner, build, batch, labels, normalization }: Parts) {
    this.inputs = model.inputs.map(describeTensor);
    this.outputs = model.outputs.map(describeTensor);
    this.layers = model.layers;
    this.labels = labels;
    this.memory = runner.memory;
    this.build = build;
    this.batch = batch;
    this.#model = model;
    this.#runner = runner;
    this.#normalization = normalization;
    if (normalization) this.#pictureInput(); // what is wrong with it shows at loading
  }

  /**
   * Runs the network.
   *
   * @param input the elements of its one input, or of each by name: NHWC, in a typed array of the input's dtype. A
   * network loaded with a batch also takes fewer images.
   * @returns its outputs, copied out of the network's memory.
   * @throws TypeError for another kind of array, RangeError for a wrong length or a number that is not finite.
   */
  run(input: TensorView | Readonly<Record<string, TensorView>>): TensorValue[] {
    const { runner } = this;
    const arrays = this.#arrays(input);
    const counts = Object.entries(arrays).map(([argument, array], index) =>
      checkElements(argument, array, runner.inputs[index]!, this.batch),
    );
    const images = counts[0] ?? this.batch;
    if (counts.some((count) => count !== images)) {
      throw new RangeError(`"input" expected as many images in each, got ${counts.join(", ")}`);
    }
    for (const [index, array] of Object.values(arrays).entries()) runner.inputs[index]!.set(array!);
    runner.execute(images);
    return this.outputs.map((output, index) => {
      const view = runner.outputs[index]!;
      const shape = this.batch === 1 ? output.shape : [images, ...output.shape.slice(1)];
      return { ...output, shape, data: view.slice(0, (view.length / this.batch) * images) };
    });
  }

  /**
   * Names what a picture shows, most probable first; of equally probable classes the lower index first.
   *
   * @throws TypeError or RangeError if the picture or an option is not as described.
   */
  classify(image: Image, options: ClassifyOptions = {}): Classification[] {
    return this.classifyBatch([image], options)[0]!;
  }

  /** The same for any number of pictures, as many at once as the network was loaded for. */
  classifyBatch(images: readonly Image[], { topK = 5, ...options }: ClassifyOptions = {}): Classification[][] {
    if (!Number.isInteger(topK) || topK < 1) {
      throw new RangeError(`"topK" expected a whole number from 1, got ${describe(topK)}`);
    }
    const softmaxed = this.#model.endsInSoftmax;
    const results: Classification[][] = [];
    for (let start = 0; start < images.length; start += this.batch) {
      const group = images.slice(start, start + this.batch);
      const output = this.#show(group, options).outputs[0]!;
      const length = output.length / this.batch;
      for (let slot = 0; slot < group.length; ++slot) {
        const values = output.subarray(slot * length, (slot + 1) * length);
        results.push(best(probabilities(values, this.outputs[0]!, softmaxed), topK, this.labels));
      }
    }
    return results;
  }

  /**
   * Finds what a picture shows and where, the surest first; the whole picture becomes the input, without a crop.
   *
   * @throws UnsupportedError if the network is no detector; TypeError or RangeError if the picture or an option is not as
   * described.
   */
  detect(image: Image, { antialias, background, ...limits }: DetectOptions = {}): Detection[] {
    const outputs = this.#model.detections;
    if (!outputs) throw new UnsupportedError("the model does not end in the operator of detectors");
    return detections(outputs, this.labels, image, limits, () => {
      const options = { crop: 1, ...(antialias !== undefined && { antialias }), ...(background && { background }) };
      return this.#show([image], options).outputs;
    });
  }

  /**
   * The features of a picture: what the network's last global pooling makes of it, before any classifier. Pictures that
   * show similar things have similar features, which is what fine-grained classification and search build on.
   *
   * @throws UnsupportedError if the network has no such layer; else as classify().
   */
  embed(image: Image, options: ImageOptions = {}): Float32Array {
    const { features } = this.runner;
    if (!features) throw new UnsupportedError("the model has no pooling over the whole image to take features from");
    this.#show([image], options);
    const all = features();
    return all.slice(0, all.length / this.batch);
  }

  /** @internal What runs. */
  get runner(): Runner {
    if (!this.#runner) throw new Error("the network is disposed");
    return this.#runner;
  }

  /** Ends the network's threads and lets go of its memory. Calling it again does nothing. */
  dispose(): void {
    this.#runner?.dispose();
    this.#runner = undefined;
  }

  #pictureInput(): PictureInput {
    this.#picture ??= new PictureInput(this.#model.inputs, this.#normalization);
    return this.#picture;
  }

  /** Runs the network on up to a batch of pictures. */
  #show(images: readonly Image[], options: ImageOptions): Runner {
    const { runner } = this;
    const picture = this.#pictureInput();
    for (const [slot, image] of images.entries()) picture.write(image, options, runner.inputs[0]!, slot);
    runner.execute(images.length);
    return runner;
  }

  /** The arrays of all inputs, in their order, by the names that messages give them. */
  #arrays(input: TensorView | Readonly<Record<string, TensorView>>): Record<string, TensorView | undefined> {
    const names = this.inputs.map(({ name }) => name);
    if (typeof input !== "object" || input === null || (ArrayBuffer.isView(input) && names.length !== 1)) {
      const expected = names.length === 1 ? "a typed array or a record of them" : `a record of ${names.join(", ")}`;
      throw new TypeError(`"input" expected ${expected}, got ${describe(input)}`);
    }
    if (ArrayBuffer.isView(input)) return { input };
    return Object.fromEntries(names.map((name) => [`input.${name}`, input[name]]));
  }
}
