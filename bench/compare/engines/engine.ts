/** What an engine is to the bench: a way to load a model and a function that runs it. */
import { readFile } from "node:fs/promises";

/** float32: of float weights; int8: per channel, float32 outside; uint8: per tensor, as published. */
export type Precision = "float32" | "int8" | "uint8";

/** The elements of an input or output. */
export type Elements = Float32Array | Uint8Array;

/** A network on disk in every format, and an input for it. */
export interface Model {
  readonly precision: Precision;
  /** [1, height, width, 3] */
  readonly shape: readonly [number, number, number, number];
  /** Paths. */
  readonly tflite: string;
  /** Only where an engine of the run reads it. */
  readonly onnx?: string;
  /** Of the description; the weights lie beside it. Networks in 8 bits have none. */
  readonly tfjs?: string;
  /** The input, pixel by pixel and channel by channel. */
  readonly nhwc: string;
  readonly nchw: string;
}

/** Copies the input in, infers, and copies the output out. */
export type Run = () => Elements | Promise<Elements>;

/** What a page that uses an engine on one thread downloads before any model. */
export interface Page {
  /** An ES module that imports what the page needs; it is bundled and minified. */
  readonly script: string;
  /** Files that the script fetches, as module paths. */
  readonly files: readonly string[];
}

export interface Engine {
  /** The package whose version is the engine's; ours has none. */
  readonly package?: string;
  readonly precisions: readonly Precision[];
  readonly page?: Page;
  /** Puts right in the installed package what keeps it from running in Node. */
  install?(): Promise<void>;
  /**
   * @param against the folder of the other checkout of this package, for the engine that runs it.
   * @throws Unsupported for what the engine cannot do here.
   */
  load(model: Model, threads: number, against?: string): Promise<Run>;
}

/** An engine cannot do what was asked for, and says why. */
export class Unsupported extends Error {
  override name = "Unsupported";
}

/** A model's input in one of its two orders. */
export async function readInput(model: Model, order: "nhwc" | "nchw"): Promise<Elements> {
  const { buffer } = new Uint8Array(await readFile(model[order]));
  return model.precision === "uint8" ? new Uint8Array(buffer) : new Float32Array(buffer);
}
