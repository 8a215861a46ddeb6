/** Operators on constants, which run when the model is loaded: mostly chains that compute shapes. */
import { FormatError, UnsupportedError } from "../../errors.js";
import { broadcastStrides, stridesOf } from "../../ir/host/operator.js";
import { broadcastShape } from "../../ir/ops/broadcast.js";
import { elementCount, formatShape } from "../../ir/tensor.js";
import { constantOf, elementsOf, integersOf, type Constant, type ElementType } from "./constants.js";

/** The value of each element of a quantised constant; others are as they are. */
export function realOf(constant: Constant): Constant {
  const { quantization, shape, data, name } = constant;
  if (!quantization) return constant;
  const { scale, zeroPoint, axis } = quantization;
  const inner = elementCount(shape.slice(axis + 1));
  const real = new Float32Array(data.length);
  for (let i = 0; i < real.length; ++i) {
    const c = scale.length === 1 ? 0 : Math.floor(i / inner) % scale.length;
    real[i] = Math.fround(scale[c]!) * (data[i]! - zeroPoint[c]!);
  }
  return { kind: "constant", name, shape, type: "float32", data: real };
}

/** The constant with its dimensions in another order: `order[i]` is the dimension that becomes dimension i. */
export function permutedConstant(constant: Constant, order: readonly number[]): Constant {
  const { shape, data, quantization } = constant;
  if (order.every((dimension, i) => dimension === i)) return constant;
  const to = order.map((dimension) => shape[dimension]!);
  const steps = stridesOf(shape);
  const strides = order.map((dimension) => steps[dimension]!);
  const moved = data.slice();
  eachOffset(to, [strides], (i, [from]) => {
    moved[i] = data[from!]!;
  });
  return {
    ...constant,
    shape: to,
    data: moved,
    ...(quantization && { quantization: { ...quantization, axis: order.indexOf(quantization.axis) } }),
  };
}

/** Visits the elements of a shape in order, each with its offsets in tensors that have such strides. */
function eachOffset(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (index: number, offsets: readonly number[]) => void,
): void {
  const place = shape.map(() => 0);
  const offsets = strides.map(() => 0);
  const count = elementCount(shape);
  for (let i = 0; i < count; ++i) {
    visit(i, offsets);
    for (let d = shape.length - 1; d >= 0; --d) {
      const isLast = ++place[d]! === shape[d];
      for (const [t, steps] of strides.entries()) offsets[t]! += isLast ? -(shape[d]! - 1) * steps[d]! : steps[d]!;
      if (!isLast) break;
      place[d] = 0;
    }
  }
}

/** The elements repeated so that they have the shape. Throws FormatError if they do not broadcast to it. */
export function broadcastTo(constant: Constant, shape: readonly number[]): Constant {
  const to = broadcastShape([constant, { shape }]);
  const { type, data, name } = realOf(constant);
  const wide = elementsOf(type, { length: elementCount(to) });
  eachOffset(to, [broadcastStrides(constant.shape, to)], (i, [from]) => {
    wide[i] = data[from!]!;
  });
  return { kind: "constant", name, shape: to, type, data: wide };
}

/** Applies a function to each pair of elements. */
export function combined(
  a: Constant,
  b: Constant,
  f: (x: number, y: number) => number,
  type: ElementType = a.type,
): Constant {
  const shape = broadcastShape([a, b]);
  const [x, y] = [realOf(a).data, realOf(b).data];
  const data = elementsOf(a.quantization ? "float32" : type, { length: elementCount(shape) });
  eachOffset(shape, [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)], (i, [p, q]) => {
    data[i] = f(x[p!]!, y[q!]!);
  });
  return { kind: "constant", name: a.name, shape, type: a.quantization ? "float32" : type, data };
}

/** Constants one after another along a dimension. */
export function concatenated(parts: readonly Constant[], axis: number): Constant {
  const [first] = parts as [Constant];
  const real = parts.map(realOf);
  const size = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const shape = first.shape.map((old, i) => (i === axis ? size : old));
  for (const part of parts) {
    if (part.shape.length !== shape.length || part.shape.some((old, i) => i !== axis && old !== shape[i])) {
      throw new FormatError(
        `shapes expected to fit together, got ${formatShape(part.shape)} and ${formatShape(shape)}`,
      );
    }
  }
  const data = elementsOf(real[0]!.type, { length: elementCount(shape) });
  const outer = elementCount(shape.slice(0, axis));
  let at = 0;
  for (let i = 0; i < outer; ++i) {
    for (const { data: elements, shape: sizes } of real) {
      const each = elementCount(sizes.slice(axis));
      data.set(elements.subarray(i * each, (i + 1) * each) as Float64Array & Float32Array, at);
      at += each;
    }
  }
  return { kind: "constant", name: first.name, shape, type: real[0]!.type, data };
}

/** The parts of a constant with these indices along a dimension. */
export function gathered(constant: Constant, axis: number, indices: Constant): Constant {
  const { shape, data, type, name } = realOf(constant);
  const size = shape[axis]!;
  const places = integersOf(indices).map((index) => (index < 0 ? index + size : index));
  if (!places.every((index) => Number.isInteger(index) && index >= 0 && index < size)) {
    throw new FormatError(`indices expected below ${size}, got ${places}`);
  }
  const inner = elementCount(shape.slice(axis + 1));
  const outer = elementCount(shape.slice(0, axis));
  const made: number[] = [];
  for (let o = 0; o < outer; ++o) {
    for (const index of places) {
      const from = (o * size + index) * inner;
      for (let i = 0; i < inner; ++i) made.push(data[from + i]!);
    }
  }
  return constantOf(name, [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)], type, made);
}

/** A slice: `size[d]` elements along dimension d, from `begin[d]`, one every `step[d]`. */
export function sliced(
  constant: Constant,
  begin: readonly number[],
  size: readonly number[],
  step: readonly number[],
): Constant {
  const { shape, data, type, name } = realOf(constant);
  const steps = stridesOf(shape);
  const first = begin.reduce((sum, start, d) => sum + start * steps[d]!, 0);
  const made = elementsOf(type, { length: elementCount(size) });
  const strides = step.map((each, d) => each * steps[d]!);
  eachOffset(size, [strides], (i, [from]) => {
    made[i] = data[first + from!]!;
  });
  return { kind: "constant", name, shape: [...size], type, data: made };
}

/** The same elements as another type; whole numbers are rounded toward zero. */
export function cast(constant: Constant, type: ElementType): Constant {
  const { data, shape, name, type: from } = realOf(constant);
  const whole = from === "float32" && type !== "float32";
  return constantOf(name, shape, type, whole ? Array.from(data as ArrayLike<number>, Math.trunc) : data);
}

/** Throws UnsupportedError for a constant too large to compute with. */
export function expectFew(count: number): void {
  if (count > 2 ** 20)
    throw new UnsupportedError(`constants expected of at most 2^20 elements to compute with, got ${count}`);
}
