/** A node on the way into the graph: what its reader may expect of it, and how the reader adds operators. */
import { FormatError, UnsupportedError } from "../../../errors.js";
import type { CopyBudget } from "../../../ir/budget.js";
import { outputTensors, type GraphBuilder } from "../../../ir/builder.js";
import { evaluated } from "../../../ir/host/index.js";
import { moduleOf, type Op } from "../../../ir/ops/index.js";
import { permuted } from "../../../ir/permute.js";
import { elementCount, type Shape, type Tensor } from "../../../ir/tensor.js";
import type { Attributes } from "./attributes.js";
import { fromFirst } from "../../axis.js";

/** An output of a node: an activation, which is a tensor of the graph, or a constant. */
export type Value = number | Tensor;

export interface Source {
  readonly name: string;
  readonly attributes: Attributes;
  readonly inputs: readonly Value[];
  /** The constants of the file by the names of their nodes. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Shapes that the caller gives to inputs, by name. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly reads: CopyBudget;
  readonly net: GraphBuilder;
}

/** Reads a node: returns its outputs, or the only one. */
export type Reader = (source: Source) => Value | readonly Value[];

/** The attributes of an operator that readers may add. */
export type Attached = Parameters<GraphBuilder["add"]>[1];

/** Adds an operator, or computes it if all inputs are constant. Returns its outputs. */
export function emitAll(source: Source, attributes: Attached, inputs: readonly Value[], name = source.name): Value[] {
  const { net, reads } = source;
  const constants = inputs.flatMap((value) => (typeof value === "number" ? [] : [value]));
  if (constants.length === inputs.length) {
    const op: Op = { ...attributes, inputs: inputs.map((_, i) => i), outputs: [] };
    const outputs = outputTensors(name, op, constants);
    for (const { shape } of outputs) reads.take(elementCount(shape));
    const made = evaluated(op, constants, outputs);
    if (made) return [...made];
  }
  const operands = inputs.map((value) => activationOf(source, value));
  const first = net.add(name, attributes, ...operands);
  return moduleOf(attributes)
    .shapes(
      attributes,
      operands.map((operand) => net.tensor(operand)),
    )
    .map((_, i) => first + i);
}

/** The same for an operator with one output. */
export function emit(source: Source, attributes: Attached, inputs: readonly Value[], name = source.name): Value {
  return emitAll(source, attributes, inputs, name)[0]!;
}

/** A value as a tensor of the graph. */
export function activationOf({ net }: Source, value: Value): number {
  return typeof value === "number" ? value : net.constant(value.name, value.shape, value.data!, value.dtype);
}

/** An input of any kind. */
export function input({ inputs }: Source, index: number): Value {
  return inputs[index] ?? missing(`input ${index}`);
}

export function shapeOf({ net }: Source, of: Value): Shape {
  return typeof of === "number" ? net.shape(of) : of.shape;
}

/** An input that is computed when the network runs. */
export function activation(source: Source, index: number): number {
  const it = input(source, index);
  if (typeof it !== "number") throw new UnsupportedError(`input ${index} expected not constant, got ${it.name}`);
  return it;
}

export function constant(source: Source, index: number): Tensor {
  const it = input(source, index);
  if (typeof it === "number") throw new UnsupportedError(`input ${index} expected constant`);
  return it;
}

/** A constant with one number for each channel. */
export function vector(source: Source, index: number): number {
  const tensor = constant(source, index);
  const { shape, data } = permuted(tensor, [0]);
  return source.net.constant(tensor.name, shape, data);
}

/** Lists of sizes, axes and amounts are short. */
const MAX_INTEGERS = 1000;

export function integers(source: Source, index: number): number[] {
  const { data, dtype } = constant(source, index);
  if (dtype !== "int32") throw new UnsupportedError(`input ${index} expected int32, got ${dtype}`);
  if (data!.length > MAX_INTEGERS) {
    throw new UnsupportedError(`input ${index} expected at most ${MAX_INTEGERS} numbers, got ${data!.length}`);
  }
  return Array.from(data!);
}

/** A constant of one integer. */
export function integer(source: Source, index: number): number {
  const [first, ...others] = integers(source, index);
  if (first === undefined || others.length) throw new FormatError(`input ${index} expected one integer`);
  return first;
}

/** An axis from 0; negative ones count from the end. Throws FormatError if there is no such dimension. */
export function axisOf(axis: number, rank: number): number {
  const counted = fromFirst(axis, rank);
  if (!(counted >= 0 && counted < rank)) throw new FormatError(`axis expected below ${rank}, got ${axis}`);
  return counted;
}

/** Another shape, whose dimension of -1 takes the rest. Throws FormatError if the elements do not fit. */
export function reshape(source: Source, x: Value, sizes: readonly number[], name = source.name): Value {
  const known = elementCount(sizes.filter((size) => size !== -1));
  const shape = sizes.map((size) => (size === -1 ? elementCount(shapeOf(source, x)) / known : size));
  return emit(source, { type: "reshape", shape }, [x], name);
}

export function missing(what: string): never {
  throw new FormatError(`${what} is missing`);
}
