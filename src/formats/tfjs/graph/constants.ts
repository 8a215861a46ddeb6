/** Inputs, constants, and nodes that depend on shapes alone. */
import { describe, FormatError, quote, UnsupportedError } from "../../../errors.js";
import { rare } from "../../../ir/rare.js";
import { elementCount, formatShape, type Tensor } from "../../../ir/tensor.js";
import { emit, integers, missing, shapeOf, input, type Reader, type Source, type Value } from "./source.js";

/** An unknown batch is one image; the caller gives other unknown sizes. */
function readPlaceholder({ name, attributes, net, inputShapes }: Source): number {
  const given: unknown = Object.hasOwn(inputShapes, name) ? inputShapes[name] : undefined;
  const known = attributes.shape("shape");
  const shape = given === undefined ? known?.map((size, i) => (i === 0 && size === -1 ? 1 : size)) : checked(name, given, known); // prettier-ignore
  if (!shape || shape.includes(-1)) {
    throw new UnsupportedError(
      `shape expected of a fixed size, or given by the option inputShapes, got ${shape ? formatShape(shape) : "none"}`,
    );
  }
  return net.input(name, shape, attributes.dtype("dtype", "float32"));
}

/** A shape that the caller gives. Throws RangeError if it is none, or not as the file has it. */
function checked(name: string, given: unknown, known: readonly number[] | undefined): readonly number[] {
  const isShape = Array.isArray(given) && given.every((size) => Number.isInteger(size) && size >= 1);
  if (
    !isShape ||
    (known && (given.length !== known.length || known.some((size, i) => size !== -1 && size !== given[i])))
  ) {
    const expected = known ? known.map((size) => (size === -1 ? "?" : size)).join("×") : "sizes from 1";
    throw new RangeError(`"inputShapes" of ${quote(name)} must be ${expected}, got ${describe(given)}`);
  }
  return given as readonly number[];
}

function readConst({ name, weights }: Source): Tensor {
  return weights.get(name) ?? missing(`weight ${quote(name)}`);
}

function readIdentity({ inputs }: Source): Value {
  return inputs[0] ?? missing("input 0");
}

function whole({ name }: Source, shape: readonly number[], numbers: readonly number[]): Tensor {
  return { name, shape, dtype: "int32", data: Int32Array.from(numbers) };
}

function readShape(source: Source): Tensor {
  const shape = shapeOf(source, input(source, 0));
  return whole(source, [shape.length], shape);
}

function readFill(source: Source): Value {
  return emit(source, rare({ type: "fill", shape: integers(source, 0) }), [input(source, 1)]);
}

/** Numbers of a range that files spell out. */
const MAX_RANGE = 2 ** 20;

function readRange(source: Source): Tensor {
  const [start, limit, step] = [0, 1, 2].map((index) => {
    const it = input(source, index);
    if (typeof it === "number" || it.dtype !== "int32") throw new UnsupportedError("expected constant int32");
    return it.data![0] ?? missing(`input ${index}`);
  }) as [number, number, number];
  const count = Math.ceil((limit - start) / step);
  if (!(count >= 1 && count <= MAX_RANGE)) throw new FormatError(`range expected 1…${MAX_RANGE} numbers, got ${count}`);
  return whole(
    source,
    [count],
    Array.from({ length: count }, (_, i) => start + i * step),
  );
}

export const CONSTANTS: Readonly<Record<string, Reader>> = {
  Const: readConst,
  Fill: readFill,
  Identity: readIdentity,
  IdentityN: ({ inputs }) => inputs,
  Placeholder: readPlaceholder,
  PlaceholderWithDefault: readPlaceholder,
  Range: readRange,
  Rank: (source) => whole(source, [], [shapeOf(source, input(source, 0)).length]),
  Shape: readShape,
  Size: (source) => whole(source, [], [elementCount(shapeOf(source, input(source, 0)))]),
  StopGradient: readIdentity,
};
