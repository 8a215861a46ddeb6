/** A loaded model: its description, and the methods that run it. */
import { best, probabilities, type Classification } from "./classify.js";
import type { Detection, Detections, DetectOptions } from "./detect.js";
import { describe, DisposedError, quote, UnsupportedError } from "../errors.js";
import type { ModelDescription } from "./head.js";
import type { TensorView } from "../ir/tensor.js";
import type { Normalization } from "../image/encode.js";
import type { Crop, Picture } from "../image/picture.js";
import { PictureInput, type PictureOptions } from "../image/input.js";
import type { Layer } from "../ir/layers.js";
import type { Kernels } from "../runtime/features.js";
import type { MemoryReport } from "../compiler/plan.js";
import type { Runner } from "../runtime/runner.js";
import { checkElements, describeTensor, notFinite, type TensorInfo, type TensorValue } from "./tensors.js";

export interface ClassifyOptions extends PictureOptions {
  /** Number of classes to return. Default: 5. */
  readonly topK?: number;
}

/** Kernels and threads that a network runs on. */
export interface RuntimeReport {
  readonly kernels: Kernels;
  /** Number of threads, the caller's included. */
  readonly threads: number;
  /**
   * "unsigned" if an 8-bit model multiplies unsigned with signed bytes in one instruction, which needs relaxed SIMD and, on
   * x64, AVX-VNNI; else undefined. The outputs are the same.
   */
  readonly byteProducts: "unsigned" | undefined;
  /** Present if an option could not be granted. */
  readonly reasons?: RuntimeReasons;
}

/** For each option of loadModel() that could not be granted, the reason. */
export interface RuntimeReasons {
  readonly kernels?: string;
  readonly threads?: string;
}

/** Input elements: of the only input, of all inputs in the order of `inputs`, or by the inputs' names. */
export type RunInput = TensorView | readonly TensorView[] | Readonly<Record<string, TensorView>>;

/** Parts of a network, from the loader. */
interface Parts {
  readonly model: ModelDescription;
  readonly runner: Runner;
  readonly runtime: RuntimeReport;
  readonly batch: number;
  readonly labels?: readonly string[] | undefined;
  readonly crop?: Crop | undefined;
  readonly normalization?: Normalization | undefined;
  /** Reads the outputs of a detector. */
  readonly detections?: Detections | undefined;
}

/** A loaded model. Its methods are synchronous; after dispose() they throw a DisposedError. */
export class Network {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** The operators in the order they run, with shapes and cost. */
  readonly layers: readonly Layer[];
  /** Class names; undefined if there are none. */
  readonly labels: readonly string[] | undefined;
  /** Bytes of linear memory, which does not grow after loading. */
  readonly memory: MemoryReport;
  readonly runtime: RuntimeReport;
  /** Number of images that it computes at once. */
  readonly batch: number;
  readonly #model: ModelDescription;
  readonly #normalization: Normalization | undefined;
  readonly #crop: Crop | undefined;
  readonly #detections: Detections | undefined;
  #picture: PictureInput | undefined;
  #runner: Runner | undefined;

  /** @internal */
  constructor({ model, runner, runtime, batch, labels, crop, normalization, detections }: Parts) {
    this.inputs = model.inputs.map(describeTensor);
    this.outputs = model.outputs.map(describeTensor);
    this.layers = model.layers;
    this.labels = labels;
    this.memory = runner.memory;
    this.runtime = runtime;
    this.batch = batch;
    this.#model = model;
    this.#runner = runner;
    this.#normalization = normalization;
    this.#crop = crop;
    this.#detections = detections;
    if (normalization) this.#pictureInput(); // a wrong normalization throws at loading
  }

  /**
   * Runs the network.
   *
   * @param input elements in NHWC, in typed arrays of the inputs' dtypes: one array if there is one input, an array of
   * them in the order of `inputs`, or a record by name. A network loaded with a batch also takes fewer images.
   * @returns the outputs in the order of `outputs`, copied out of the network's memory.
   * @throws TypeError for another kind of array or a record if two inputs have the same name, RangeError for a wrong length
   * or a number that is not finite, DisposedError after dispose(), ExecutionError if a kernel or a thread fails; the
   * network cannot run again then.
   */
  run(input: RunInput): TensorValue[] {
    const { runner } = this;
    const arrays = this.#arrays(input);
    const counts = arrays.map(({ argument, array }, index) =>
      checkElements(argument, array, runner.inputs[index]!, this.batch),
    );
    const images = counts[0] ?? this.batch;
    if (counts.some((count) => count !== images)) {
      throw new RangeError(`"input" must have the same number of images in each array, got ${counts.join(", ")}`);
    }
    for (const [index, { argument, array }] of arrays.entries()) {
      runner.inputs[index]!.set(array as TensorView);
      if (array instanceof Float32Array && !runner.areFinite(index, array.length)) throw notFinite(argument, array);
    }
    runner.execute(images);
    return this.outputs.map((output, index) => {
      const view = runner.outputs[index]!;
      const shape = this.batch === 1 ? output.shape : [images, ...output.shape.slice(1)];
      return { ...output, shape, data: view.slice(0, (view.length / this.batch) * images) };
    });
  }

  /**
   * Classifies a picture: returns the classes with the highest scores, best first; of equal scores the lower index first.
   *
   * @throws TypeError or RangeError for a wrong picture or option, UnsupportedError if the model does not take pictures,
   * DisposedError after dispose().
   */
  classify(image: Picture, options: ClassifyOptions = {}): Classification[] {
    return this.classifyBatch([image], options)[0]!;
  }

  /** Classifies any number of pictures, `batch` at once. Throws as classify() does. */
  classifyBatch(images: readonly Picture[], { topK = 5, ...options }: ClassifyOptions = {}): Classification[][] {
    if (!Number.isInteger(topK) || topK < 1) {
      throw new RangeError(`"topK" must be an integer from 1, got ${describe(topK)}`);
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
   * Detects objects in a picture, highest score first. The whole picture becomes the input, without a crop.
   *
   * @throws UnsupportedError if the model is not a detector; else as classify().
   */
  detect(image: Picture, { antialias, background, ...limits }: DetectOptions = {}): Detection[] {
    const outputs = this.#model.detections;
    if (!outputs || !this.#detections)
      throw new UnsupportedError("the model does not end in a detection operator (TFLite_Detection_PostProcess)");
    return this.#detections(outputs, this.labels, image, limits, () => {
      const options = { crop: 1, ...(antialias !== undefined && { antialias }), ...(background && { background }) };
      return this.#show([image], options).outputs;
    });
  }

  /**
   * Returns the pooled features before the classifier: float32 [C], not normalised. Similar pictures have similar features,
   * the basis of search and of classifiers of your own.
   *
   * @throws UnsupportedError if the model has no global pooling; else as classify().
   */
  embed(image: Picture, options: PictureOptions = {}): Float32Array {
    const { features } = this.runner;
    if (!features) throw new UnsupportedError("the model has no global pooling to take features from");
    this.#show([image], options);
    const all = features();
    return all.slice(0, all.length / this.batch);
  }

  /** @internal */
  get runner(): Runner {
    if (!this.#runner) throw new DisposedError("the network is disposed");
    return this.#runner;
  }

  /** Ends the network's threads and releases its memory. Further calls do nothing. */
  dispose(): void {
    this.#runner?.dispose();
    this.#runner = undefined;
  }

  #pictureInput(): PictureInput {
    this.#picture ??= new PictureInput(this.#model.inputs, this.#normalization, this.#crop);
    return this.#picture;
  }

  /** Runs the network on up to a batch of pictures. */
  #show(images: readonly Picture[], options: PictureOptions): Runner {
    const { runner } = this;
    const picture = this.#pictureInput();
    for (const [slot, image] of images.entries()) picture.write(image, options, runner.inputs[0]!, slot);
    runner.execute(images.length);
    return runner;
  }

  /** The arrays for all inputs, in the inputs' order, and their names for messages. */
  #arrays(input: RunInput): { argument: string; array: unknown }[] {
    const names = this.inputs.map(({ name }) => name);
    if (ArrayBuffer.isView(input) && names.length === 1) return [{ argument: "input", array: input }];
    if (Array.isArray(input)) {
      if (input.length !== names.length) {
        throw new RangeError(`"input" must have ${names.length} arrays, got ${input.length}`);
      }
      return Array.from(input, (array: unknown, index) => ({ argument: `input[${index}]`, array }));
    }
    if (typeof input !== "object" || input === null || ArrayBuffer.isView(input)) {
      const one = names.length === 1 ? "a typed array, " : "";
      throw new TypeError(`"input" must be ${one}an array of typed arrays or a record of them, got ${describe(input)}`);
    }
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new TypeError(`"input" must be an array of typed arrays: two inputs are named ${quote(twice)}`);
    }
    const record = input as Readonly<Record<string, TensorView>>;
    return names.map((name) => ({
      argument: /^[\w./:-]{1,80}$/.test(name) ? `input.${name}` : `input[${quote(name)}]`,
      array: Object.hasOwn(record, name) ? record[name] : undefined,
    }));
  }
}
