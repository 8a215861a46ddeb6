/** The operators on the host again, from their definitions, coordinate by coordinate. Inputs have their elements. */
import type { Op, OpAttributes } from "../../src/ir/ops/index.js";
import { elementCount, type DType, type Tensor } from "../../src/ir/tensor.js";

/** The operators that only this reference knows. */
export type TailType =
  | "argmax"
  | "cast"
  | "compare"
  | "fill"
  | "floordiv"
  | "floormod"
  | "gathernd"
  | "logical"
  | "select"
  | "suppression"
  | "take"
  | "topk";

type Coordinates = readonly number[];

/** The coordinates of all elements of a shape, in order. */
function coordinatesOf(shape: readonly number[]): Coordinates[] {
  return shape.reduce<Coordinates[]>(
    (all, size) => all.flatMap((before) => Array.from({ length: size }, (_, i) => [...before, i])),
    [[]],
  );
}

/** An element; coordinates are broadcast, and undefined lies outside. */
function at({ shape, data }: Tensor, coordinates: Coordinates): number | undefined {
  const own = coordinates.slice(coordinates.length - shape.length);
  const inside = own.map((c, axis) => (shape[axis] === 1 ? 0 : c));
  if (inside.some((c, axis) => c < 0 || c >= shape[axis]!)) return undefined;
  return Number(data![inside.reduce((index, c, axis) => index * shape[axis]! + c, 0)]);
}

/** Negative positions count from the end. */
function fromEnd(place: number, size: number): number {
  return place < 0 ? place + size : place;
}

function real({ dtype, quantization }: Tensor, value: number): number {
  const isQuantized = (dtype === "uint8" || dtype === "int8") && quantization;
  return isQuantized ? (value - quantization.zeroPoint[0]!) * quantization.scale[0]! : value;
}

function arithmetic(name: string, a: number, b: number, isWhole: boolean): number {
  if (isWhole) {
    const [p, q] = [BigInt(a), BigInt(b)];
    const quotient = q === 0n ? 0n : p / q;
    const isInexact = q !== 0n && quotient * q !== p && p < 0n !== q < 0n;
    const floor = isInexact ? quotient - 1n : quotient;
    const results: Readonly<Record<string, bigint>> = {
      add: p + q,
      sub: p - q,
      mul: p * q,
      div: quotient,
      maximum: p > q ? p : q,
      minimum: p < q ? p : q,
      floordiv: floor,
      floormod: q === 0n ? 0n : p - q * floor,
    };
    return Number(BigInt.asIntN(32, results[name]!));
  }
  const results: Readonly<Record<string, number>> = {
    add: a + b,
    sub: a - b,
    mul: a * b,
    div: a / b,
    maximum: Math.max(a, b),
    minimum: Math.min(a, b),
    floordiv: Math.floor(Math.fround(a / b)),
    floormod: a - b * Math.floor(a / b),
  };
  return Math.fround(results[name]!);
}

const RELATIONS = {
  equal: (a: number, b: number) => a === b,
  notEqual: (a: number, b: number) => a !== b,
  less: (a: number, b: number) => a < b,
  lessEqual: (a: number, b: number) => a <= b,
  greater: (a: number, b: number) => a > b,
  greaterEqual: (a: number, b: number) => a >= b,
};

/** The outputs of an operator, given those tensors without elements. */
export function tailReference(op: Op, inputs: readonly Tensor[], outputs: readonly Tensor[]): number[][] {
  const [x, y] = inputs as readonly [Tensor, Tensor];
  const each = (compute: (coordinates: Coordinates) => number) => coordinatesOf(outputs[0]!.shape).map(compute);
  switch (op.type) {
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "maximum":
    case "minimum":
    case "floordiv":
    case "floormod": {
      return [each((c) => arithmetic(op.type, at(x, c)!, at(y, c)!, x.dtype === "int32"))];
    }
    case "argmax": {
      return [each((c) => {
        const row = Array.from({ length: x.shape[op.axis]! }, (_, i) => at(x, c.toSpliced(op.axis, 0, i))!);
        return row.indexOf(op.least ? Math.min(...row) : Math.max(...row));
      })]; // prettier-ignore
    }
    case "cast":
      return [each((c) => converted(at(x, c)!, x.dtype, op.to))];
    case "compare":
      return [each((c) => Number(RELATIONS[op.relation](real(x, at(x, c)!), real(y, at(y, c)!))))];
    case "concatenation":
      return [each((c) => {
        let place = c[op.axis]!;
        const part = inputs.find(({ shape }) => place < shape[op.axis]! || ((place -= shape[op.axis]!), false))!;
        return at(part, c.with(op.axis, place))!;
      })]; // prettier-ignore
    case "fill":
      return [each(() => Number(x.data![0]))];
    case "gathernd":
      return [each((c) => {
        const depth = y.shape.at(-1)!;
        const rank = y.shape.length - 1;
        const place = Array.from({ length: depth }, (_, d) => fromEnd(at(y, [...c.slice(0, rank), d])!, x.shape[d]!));
        return at(x, [...place, ...c.slice(rank)]) ?? 0;
      })]; // prettier-ignore
    case "logical":
      return [each((c) => {
        const [a, b] = [at(x, c) !== 0, op.function !== "not" && at(y, c) !== 0];
        return Number({ and: a && b, or: a || b, not: !a }[op.function]);
      })]; // prettier-ignore
    case "reshape":
      return [Array.from(x.data!, Number)];
    case "select":
      return [each((c) => at(at(x, c) === 0 ? inputs[2]! : y, c)!)];
    case "slice":
      return [
        each((c) =>
          at(
            x,
            c.map((i, axis) => op.begin[axis]! + op.step[axis]! * i),
          )!,
        ),
      ];
    case "take":
      return [each((c) => {
        const rank = y.shape.length;
        const place = fromEnd(at(y, c.slice(op.axis, op.axis + rank))!, x.shape[op.axis]!);
        return at(x, [...c.slice(0, op.axis), place, ...c.slice(op.axis + rank)]) ?? 0;
      })]; // prettier-ignore
    case "topk": {
      const size = x.shape.at(-1)!;
      const rows = Array.from({ length: elementCount(x.shape) / size }, (_, row) =>
        Array.from({ length: size }, (__, i) => ({ i, value: Number(x.data![row * size + i]) }))
          .toSorted((a, b) => b.value - a.value || a.i - b.i)
          .slice(0, op.k),
      );
      return [rows.flat().map(({ value }) => value), rows.flat().map(({ i }) => i)];
    }
    case "tile":
      return [each((c) => at(x, c)!)];
    case "transpose":
      return [
        each((c) =>
          at(
            x,
            x.shape.map((_, axis) => c[op.permutation.indexOf(axis)]!),
          )!,
        ),
      ];
    default:
      throw new Error(`${(op as OpAttributes).type} has no reference here`);
  }
}

function converted(value: number, from: DType, to: DType): number {
  if (to === "bool") return Number(value !== 0);
  if (to === "float32") return Math.fround(value);
  const bits = to === "int32" ? 32 : 8;
  if (from !== "float32") {
    return Number(to === "uint8" ? BigInt.asUintN(8, BigInt(value)) : BigInt.asIntN(bits, BigInt(value)));
  }
  const low = to === "uint8" ? 0 : -(2 ** (bits - 1));
  return Math.min(Math.max(Math.trunc(value), low), low + 2 ** bits - 1);
}
