/** A network's input that takes pictures: crop, resize, encode. */
import { UnsupportedError } from "../errors.js";
import { featureMap, formatShape, type Tensor, type TensorView } from "../ir/tensor.js";
import { encode, encodingOf, type Encoding, type Normalization } from "./encode.js";
import { checkPicture, viewOf, type Crop, type Picture } from "./picture.js";
import { checkBackground, resize, WHITE, type Background } from "./resize.js";

export interface PictureOptions {
  /**
   * The fraction of each side that the central crop keeps; 1 keeps all. "cover" keeps the shape of things instead: the
   * picture is scaled until it covers the input, and the middle of it is kept. Default: 0.875, or "cover" for models of
   * Teachable Machine.
   */
  readonly crop?: Crop;
  /** Average the pixels instead of sampling four, for pictures much larger than the input. Default: false. */
  readonly antialias?: boolean;
  /** RGB bytes behind transparent pixels. Default: white. */
  readonly background?: Background;
}

/** The fraction of each side that the central crop keeps unless told otherwise. */
export const DEFAULT_CROP = 0.875;

/** The only input of a network that takes pictures. */
export class PictureInput {
  readonly #width: number;
  readonly #height: number;
  readonly #encoding: Encoding;
  readonly #crop: Crop;
  /** The resized picture before it is encoded. */
  readonly #rgb: Uint8Array;

  /**
   * @param crop unless a picture comes with its own.
   * @throws UnsupportedError unless the model has exactly one input, of three channels.
   */
  constructor(inputs: readonly Tensor[], normalization: Normalization | undefined, crop: Crop = DEFAULT_CROP) {
    const [input, ...others] = inputs;
    if (!input || others.length || input.shape.length !== 4 || input.shape[3] !== 3) {
      const shapes = inputs.map(({ shape }) => formatShape(shape)).join(", ");
      throw new UnsupportedError(`pictures need a model with one input of 1×height×width×3, this one has ${shapes}`);
    }
    const { width, height } = featureMap(input.shape);
    this.#width = width;
    this.#height = height;
    this.#encoding = encodingOf(input, normalization);
    this.#crop = crop;
    this.#rgb = new Uint8Array(this.#encoding === "identity" ? 0 : width * height * 3);
  }

  /**
   * Writes a picture to image `slot` of an input.
   *
   * @throws TypeError or RangeError for a wrong picture or option, before anything is written.
   */
  write(image: Picture, options: PictureOptions, input: TensorView, slot: number): void {
    const { crop = this.#crop, antialias = false, background = WHITE } = options;
    checkPicture(image);
    checkBackground(background);
    const view = viewOf(image, crop, this.#width, this.#height);
    const length = this.#width * this.#height * 3;
    const target = input.subarray(slot * length, (slot + 1) * length);
    const encoding = this.#encoding;
    const rgb = encoding === "identity" ? (target as Uint8Array) : this.#rgb;
    resize(image, view, { data: rgb, width: this.#width, height: this.#height }, { antialias, background });
    if (encoding !== "identity") encode(rgb, encoding, target);
  }
}
