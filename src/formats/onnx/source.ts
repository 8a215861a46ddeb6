/** A node on its way into the graph, and what all operators ask of it. */
import { describe, FormatError, quote, UnsupportedError } from "../../errors.js";
import type { CopyBudget } from "../../ir/budget.js";
import type { GraphBuilder } from "../../ir/builder.js";
import type { CommonAttributes, Known, RareAttributes } from "../../ir/ops/index.js";
import type { Activation as Clamp } from "../../ir/ops/module.js";
import { formatShape } from "../../ir/tensor.js";
import { decodeTensor, integersOf, type Constant } from "./constants.js";
import { permutedConstant, realOf } from "./fold.js";
import { arranged, shapeOf, type Activation, type Arranger, type Value } from "./layout.js";
import type { OnnxAttribute } from "./schema.js";
import { fromFirst } from "../axis.js";

export interface Source {
  /** Of its first output. */
  readonly name: string;
  readonly attributes: Attributes;
  /** undefined where an optional input is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** How many outputs the node has. */
  readonly outputs: number;
  /** Version of the operator set. */
  readonly version: number;
  readonly net: GraphBuilder;
  readonly arranger: Arranger;
  readonly copies: CopyBudget;
}

/** An operator that moduleOf() knows. */
export type Attached = CommonAttributes | Known<RareAttributes>;

/** Returns the values of a node's outputs; those that nothing may read are missing. */
export type Reader = (source: Source) => Value | readonly Value[];

/** The attributes of a node. */
export class Attributes {
  readonly #attributes: ReadonlyMap<string, OnnxAttribute>;

  constructor(attributes: ReadonlyMap<string, OnnxAttribute>) {
    this.#attributes = attributes;
  }

  #get(name: string): OnnxAttribute | undefined {
    const attribute = this.#attributes.get(name);
    if (attribute?.isOther) throw new UnsupportedError(`${name} expected a number, a list, a text or a tensor`);
    return attribute;
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** A whole number. */
  int(name: string, fallback: number): number {
    return this.#get(name)?.int ?? fallback;
  }

  float(name: string, fallback: number): number {
    return this.#get(name)?.float ?? fallback;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#get(name)?.ints;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#get(name)?.floats;
  }

  text(name: string, fallback: string): string {
    const bytes = this.#get(name)?.string;
    return bytes ? new TextDecoder().decode(bytes.slice()) : fallback;
  }

  tensor(name: string): Constant | undefined {
    const tensor = this.#get(name)?.tensor;
    if (tensor?.isExternal) throw new UnsupportedError(`${name} expected its elements in the file`);
    return tensor && decodeTensor(tensor);
  }
}

function valueAt({ inputs }: Source, index: number): Value {
  return inputs[index] ?? missing(index);
}

function missing(index: number): never {
  throw new FormatError(`input ${index} expected, got none`);
}

/** An input that is computed. A constant becomes one: some graphs compute with nothing else. */
export function activationAt(source: Source, index: number, rank?: number): Activation {
  const value = valueAt(source, index);
  const shape = shapeOf(value);
  if (rank !== undefined && shape.length !== rank) {
    throw new UnsupportedError(`input ${index} expected ${rank} dimensions, got ${formatShape(shape)}`);
  }
  if (value.kind === "constant")
    throw new UnsupportedError(`input ${index} expected computed, got the constant ${quote(value.name)}`);
  return value;
}

/** An input that is known when the model is loaded. */
export function constantAt(source: Source, index: number): Constant {
  const value = valueAt(source, index);
  if (value.kind !== "constant") throw new UnsupportedError(`input ${index} expected constant, got a computed value`);
  return value;
}

/** Whole numbers in an input, or undefined if it is left out. */
export function integersAt(source: Source, index: number): number[] | undefined {
  return source.inputs[index] && integersOf(constantAt(source, index));
}

/** Whole numbers that old versions of an operator have in an attribute, and new ones in an input. */
export function integersIn(source: Source, attribute: string, index: number): readonly number[] | undefined {
  return source.attributes.ints(attribute) ?? integersAt(source, index);
}

/** The only element of a constant in float32. */
export function scalarOf(constant: Constant): number {
  const { data, name } = realOf(constant);
  if (data.length !== 1) throw new FormatError(`${quote(name)} expected one element, got ${data.length}`);
  return data[0]!;
}

/** An axis from 0; negative ones count from the end. */
export function axisOf(axis: number, rank: number): number {
  const from0 = fromFirst(axis, rank);
  if (!(Number.isInteger(from0) && from0 >= 0 && from0 < rank)) {
    throw new FormatError(`axis expected from ${-rank} to ${rank - 1}, got ${axis}`);
  }
  return from0;
}

/** Axes from 0, each of them once. */
export function axesOf(axes: readonly number[], rank: number): number[] {
  const from0 = axes.map((axis) => axisOf(axis, rank));
  if (new Set(from0).size !== from0.length) throw new FormatError(`axes expected once each, got ${describe(axes)}`);
  return from0;
}

/**
 * Adds a constant to the graph, its dimensions in another order. A quantised one is followed by a DEQUANTIZE, which
 * quantization.ts or constant folding removes.
 */
export function place({ net, copies }: Source, constant: Constant, order: readonly number[]): number {
  copies.take(constant.data.length);
  const { name, shape, data, type, quantization } = permutedConstant(constant, order);
  if (!quantization) {
    if (!(data instanceof Float32Array)) throw new UnsupportedError(`${quote(name)} expected float32, got ${type}`);
    return net.constant(name, shape, data);
  }
  if (type === "int64" || type === "float32")
    throw new UnsupportedError(`${quote(name)} expected int8, uint8 or int32`);
  const stored = net.typedConstant({ name, shape, dtype: type, data: data as Int8Array, quantization });
  return net.convert(`${name}/real`, "dequantize", stored, { dtype: "float32" });
}

/** An operator on each element, wherever it lies. */
export function elementwise(source: Source, attributes: Attached, index = 0): Activation {
  const x = activationAt(source, index);
  return { ...x, tensor: source.net.add(source.name, attributes, x.tensor) };
}

export function clampOf(source: Source, activation: Clamp): Activation {
  return elementwise(source, { type: "activation", activation });
}

/** Describes a new tensor, whose dimension i is ONNX's dimension `order[i]`. */
export function made({ net }: Source, tensor: number, order: readonly number[]): Activation {
  const sizes: number[] = [];
  for (const [i, dimension] of order.entries()) sizes[dimension] = net.shape(tensor)[i]!;
  return arranged(tensor, sizes, order);
}
