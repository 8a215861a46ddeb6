/** A Keras layer on the way into a graph, and the settings that several kinds of layers share. */
import { describe, FormatError, UnsupportedError } from "../../../errors.js";
import type { GraphBuilder } from "../../../ir/builder.js";
import { formatShape } from "../../../ir/tensor.js";
import { NO_PADDING, samePadding, type Padding, type Size } from "../../../ir/window.js";
import { asWhole, type JsonObject } from "../../json.js";
import type { Constants } from "./constants.js";

/** One use of a layer. */
export interface Layer {
  readonly name: string;
  readonly config: JsonObject;
  /** The tensors that go in, at least one. */
  readonly inputs: readonly number[];
  readonly net: GraphBuilder;
  readonly constants: Constants;
}

/** Adds a layer to a graph and returns the tensor that comes out. */
export type Reader = (layer: Layer) => number;

/** Returns the only input of a layer. Throws FormatError if there are several. */
export function onlyInput({ inputs }: Layer): number {
  if (inputs.length !== 1) throw new FormatError(`expected one input, got ${inputs.length}`);
  return inputs[0]!;
}

/** Throws UnsupportedError for any value other than `wanted`, which is also the default. */
export function expectSetting(config: JsonObject, key: string, wanted: unknown): void {
  const got = config[key] ?? wanted;
  if (got !== wanted) throw new UnsupportedError(`${key} expected ${String(wanted)}, got ${describe(got)}`);
}

/** Throws UnsupportedError unless `axis` is the last dimension of a shape. */
export function expectLastAxis(axis: unknown, shape: readonly number[]): void {
  if (axis !== -1 && axis !== shape.length - 1) {
    throw new UnsupportedError(`axis expected the last one, got ${describe(axis)}`);
  }
}

/** A number for both dimensions, or one for each. */
export function readSize(config: JsonObject, key: string, fallback: unknown = 1): Size {
  const value = config[key] ?? fallback;
  const [height, width] = Array.isArray(value) ? value : [value, value];
  return [asWhole(height, key, 1), asWhole(width, key, 1)];
}

/** The strides of a convolution. Throws UnsupportedError for dilation, and for channels first. */
export function readStride(config: JsonObject): Size {
  expectSetting(config, "data_format", "channels_last");
  const dilation = readSize(config, "dilation_rate");
  if (dilation[0] !== 1 || dilation[1] !== 1) {
    throw new UnsupportedError(`dilation_rate expected 1×1, got ${formatShape(dilation)}`);
  }
  return readSize(config, "strides");
}

/** The padding of a window over x [N,H,W,C]. */
export function readPadding(config: JsonObject, x: readonly number[], kernel: Size, stride: Size): Padding {
  const padding = config.padding ?? "valid";
  if (padding === "valid") return NO_PADDING;
  if (padding === "same") return samePadding([x[1]!, x[2]!], kernel, stride);
  throw new UnsupportedError(`padding expected "same" or "valid", got ${describe(padding)}`);
}

/** Rows and columns on each side: one number for all sides, one for each dimension, or two for each. */
export function readSides(config: JsonObject, key: string): Padding {
  expectSetting(config, "data_format", "channels_last");
  const value = config[key];
  const [rows, columns] = Array.isArray(value) ? value : [value, value];
  const [top, bottom] = readPair(rows, key);
  const [left, right] = readPair(columns, key);
  return { top, bottom, left, right };
}

function readPair(json: unknown, key: string): readonly [number, number] {
  const [before, after] = Array.isArray(json) ? json : [json, json];
  return [asWhole(before, key), asWhole(after, key)];
}
