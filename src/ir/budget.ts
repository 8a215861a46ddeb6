/** A bound on the elements that passes and readers copy, in proportion to those that a model stores. */
import { UnsupportedError } from "../errors.js";
import { elementCount, type Tensor } from "./tensor.js";

/** Copies of all stored elements that a model may ask for, and elements that every model may have copied. */
const COPIES = 4;
const ALLOWANCE = 2 ** 20;

/** Operators may share constants; large ones copied over and over would take any memory and time. */
export class CopyBudget {
  #left = ALLOWANCE;

  constructor(tensors: Iterable<Tensor>) {
    for (const { shape, data } of tensors) if (data) this.#left += COPIES * elementCount(shape);
  }

  /** Throws UnsupportedError if the model asks for too many copies. */
  take(elements: number): void {
    this.#left -= elements;
    if (!(this.#left >= 0))
      throw new UnsupportedError("weights expected to be read once each, got many of them shared");
  }
}
