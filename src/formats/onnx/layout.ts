/**
 * From ONNX's NCHW to NHWC. A value of the file is a tensor of the graph together with a description of how its dimensions
 * lie there. Transposes and reshapes change the description alone; an operator that needs its input in a certain order
 * asks for it, and only an order that differs from that in memory costs a transpose.
 */
import { UnsupportedError } from "../../errors.js";
import type { GraphBuilder } from "../../ir/builder.js";
import { elementCount, formatShape } from "../../ir/tensor.js";
import type { Constant } from "./constants.js";

/** A computed value. */
export interface Activation {
  readonly kind: "activation";
  /** Index in the graph. */
  readonly tensor: number;
  /** The factors that the dimensions are made of, outermost in memory first. None is 1. */
  readonly factors: readonly number[];
  /** For each of ONNX's dimensions its factors by index, outermost first; a dimension of size 1 has none. */
  readonly dims: readonly (readonly number[])[];
}

export type Value = Constant | Activation;

/** The order of the dimensions of images: NCHW as NHWC. */
export const IMAGE: readonly number[] = [0, 2, 3, 1];

/** Transposes of at most so many dimensions have kernels. */
const MAX_DIMENSIONS = 4;

/** ONNX's shape of a value. */
export function shapeOf(value: Value): readonly number[] {
  if (value.kind === "constant") return value.shape;
  return value.dims.map((indices) => elementCount(indices.map((index) => value.factors[index]!)));
}

/** Describes a tensor in which ONNX's dimensions of these sizes lie in that order. */
export function arranged(tensor: number, sizes: readonly number[], order: readonly number[]): Activation {
  const factors: number[] = [];
  const dims: number[][] = order.map(() => []);
  for (const dimension of order) if (sizes[dimension] !== 1) dims[dimension]!.push(factors.push(sizes[dimension]!) - 1);
  return { kind: "activation", tensor, factors, dims };
}

/** Dimensions in their own order. */
export function inOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => i);
}

/** The value with its dimensions in another order. */
export function transposed(value: Activation, permutation: readonly number[]): Activation {
  return { ...value, dims: permutation.map((dimension) => value.dims[dimension]!) };
}

/** Whether the dimensions, in that order, lie in memory as they should. */
export function liesIn(value: Activation, order: readonly number[]): boolean {
  return order.flatMap((dimension) => value.dims[dimension]!).every((factor, i) => factor === i);
}

/** Returns the order in which the fewest of the values need a transpose: ONNX's, or with the channels last. */
export function commonOrder(values: readonly Activation[], rank: number): readonly number[] {
  const plain = inOrder(rank);
  if (rank < 3) return plain;
  const last = rank === 4 ? IMAGE : [0, ...plain.slice(2), 1];
  const cost = (order: readonly number[]) => values.filter((value) => !liesIn(value, order)).length;
  return cost(last) < cost(plain) || (rank === 4 && cost(last) === cost(plain)) ? last : plain;
}

/** The value with dimensions of size 1 in front, so that it has as many as another one. */
export function extended(value: Activation, rank: number): Activation {
  return { ...value, dims: [...Array<number[]>(rank - value.dims.length).fill([]), ...value.dims] };
}

/** Adds the operators that bring values into the order that others need. */
export class Arranger {
  readonly #net: GraphBuilder;
  readonly #known = new Map<string, number>();

  constructor(net: GraphBuilder) {
    this.#net = net;
  }

  /**
   * Returns a tensor whose dimension i is made of ONNX's dimensions `groups[i]`, in row-major order.
   *
   * @throws UnsupportedError if that takes a transpose of more than four dimensions.
   */
  tensor(value: Activation, groups: readonly (readonly number[])[]): number {
    const sizes = shapeOf(value);
    const shape = groups.map((group) => elementCount(group.map((dimension) => sizes[dimension]!)));
    const sequence = groups.flat().flatMap((dimension) => value.dims[dimension]!);
    const key = `${value.tensor} ${value.factors} ${sequence} ${shape}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const isThere = sequence.every((factor, i) => factor === i);
    const made = this.#reshaped(isThere ? value.tensor : this.#transposed(value, sequence), shape);
    this.#known.set(key, made);
    return made;
  }

  /** The value in dimensions of another size, which have as many elements in the same order. */
  reshaped(value: Activation, shape: readonly number[]): Activation {
    const split = splitInto(value, shape);
    if (split) return split;
    const groups = inOrder(value.dims.length).map((dimension) => [dimension]);
    const flat = groups.length <= MAX_DIMENSIONS ? groups : [groups[0]!, groups.slice(1).flat()];
    return { ...arranged(this.tensor(value, flat), shape, inOrder(shape.length)) };
  }

  #reshaped(tensor: number, shape: readonly number[]): number {
    const from = this.#net.shape(tensor);
    if (from.length === shape.length && from.every((size, i) => size === shape[i])) return tensor;
    return this.#net.add(`${this.#net.tensor(tensor).name}/reshape`, { type: "reshape", shape }, tensor);
  }

  #transposed({ tensor, factors }: Activation, sequence: readonly number[]): number {
    // Runs of factors that are neighbours before and after move as one.
    const runs: { readonly first: number; size: number }[] = [];
    for (const [i, factor] of sequence.entries()) {
      const run = runs.at(-1);
      if (run && sequence[i - 1] === factor - 1) run.size *= factors[factor]!;
      else runs.push({ first: factor, size: factors[factor]! });
    }
    const before = runs.toSorted((a, b) => a.first - b.first);
    const permutation = runs.map((run) => before.indexOf(run));
    if (runs.length > MAX_DIMENSIONS) {
      const got = formatShape(before.map(({ size }) => size));
      throw new UnsupportedError(`transpose expected at most ${MAX_DIMENSIONS} dimensions, got ${got}`);
    }
    const shape = before.map(({ size }) => size);
    // A leading 1 counts the images.
    const hasRoom = runs.length < MAX_DIMENSIONS && permutation[0] !== 0;
    const from = this.#reshaped(tensor, hasRoom ? [1, ...shape] : shape);
    const order = hasRoom ? [0, ...permutation.map((place) => place + 1)] : permutation;
    return this.#net.add(`${this.#net.tensor(tensor).name}/transpose`, { type: "transpose", permutation: order }, from);
  }
}

/** A part of a factor, and the dimension that it goes to. */
interface Piece {
  readonly size: number;
  readonly dimension: number;
  /** Its place in that dimension. */
  readonly place: number;
}

/** The value with factors split and joined so that they make up another shape; undefined where that cannot be. */
function splitInto(value: Activation, shape: readonly number[]): Activation | undefined {
  const waiting = value.dims
    .flat()
    .map((factor) => ({ factor, size: value.factors[factor]! }))
    .toReversed();
  const pieces: Piece[][] = value.factors.map(() => []);
  for (const [dimension, size] of shape.entries()) {
    let place = 0;
    for (let missing = size; missing > 1;) {
      const next = waiting.pop();
      if (!next) return undefined;
      const taken = missing % next.size === 0 ? next.size : missing;
      if (next.size % taken) return undefined;
      pieces[next.factor]!.push({ size: taken, dimension, place: place++ });
      if (taken < next.size) waiting.push({ factor: next.factor, size: next.size / taken });
      missing /= taken;
    }
  }
  return waiting.length ? undefined : joined(value.tensor, pieces.flat(), shape.length);
}

/** The value of pieces in the order of memory; neighbours in memory and in their dimension become one factor. */
function joined(tensor: number, pieces: readonly Piece[], rank: number): Activation {
  const factors: number[] = [];
  const dims: number[][] = Array.from({ length: rank }, () => []);
  let last: Piece | undefined;
  for (const piece of pieces) {
    const { size, dimension, place } = piece;
    if (last && last.dimension === dimension && last.place + 1 === place) factors[factors.length - 1]! *= size;
    else dims[dimension]![place] = factors.push(size) - 1;
    last = piece;
  }
  // Places of pieces that were joined to others are empty.
  return { kind: "activation", tensor, factors, dims: dims.map((indices) => Object.values(indices)) };
}
