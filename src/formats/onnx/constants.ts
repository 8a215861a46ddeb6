/** Constants of an ONNX file: initializers and attributes, decoded from each of the forms that the schema allows. */
import { PbfReader } from "pbf";
import { FormatError, quote, UnsupportedError } from "../../errors.js";
import { halfToNumber } from "../../ir/numbers.js";
import { elementCount, formatShape, type Quantization } from "../../ir/tensor.js";
import { readElement, type OnnxTensor } from "./schema.js";

/** int64 stands for all integers of more than 8 bits but int32, and for booleans. They are exact up to 2^53. */
export type ElementType = "float32" | "int32" | "int64" | "int8" | "uint8";

export type Elements = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/** A value that is known when the model is loaded. Its elements are in ONNX's order. */
export interface Constant {
  readonly kind: "constant";
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly data: Elements;
  /** The elements are integers that stand for real numbers: what DequantizeLinear makes of a constant. */
  readonly quantization?: Quantization;
}

const ARRAYS = {
  float32: Float32Array,
  int32: Int32Array,
  int64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
} as const;

/** The elements of an array in another type. */
export function elementsOf(type: ElementType, values: ArrayLike<number>): Elements {
  return ARRAYS[type].from(values);
}

export function constantOf(
  name: string,
  shape: readonly number[],
  type: ElementType,
  values: ArrayLike<number>,
): Constant {
  return { kind: "constant", name, shape, type, data: elementsOf(type, values) };
}

/** How the elements of a type are stored. */
interface Stored {
  readonly type: ElementType;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** By TensorProto.DataType. */
const STORED: Readonly<Record<number, Stored>> = {
  1: { type: "float32", bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  2: { type: "uint8", bytes: 1, read: (view, at) => view.getUint8(at) },
  3: { type: "int8", bytes: 1, read: (view, at) => view.getInt8(at) },
  4: { type: "int64", bytes: 2, read: (view, at) => view.getUint16(at, true) },
  5: { type: "int64", bytes: 2, read: (view, at) => view.getInt16(at, true) },
  6: { type: "int32", bytes: 4, read: (view, at) => view.getInt32(at, true) },
  7: { type: "int64", bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { type: "int64", bytes: 1, read: (view, at) => view.getUint8(at) },
  10: { type: "float32", bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  11: { type: "float32", bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  12: { type: "int64", bytes: 4, read: (view, at) => view.getUint32(at, true) },
  13: { type: "int64", bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
};

const FLOAT16 = 10;

/** The element type of a TensorProto.DataType. Throws UnsupportedError for text, complex numbers and others. */
export function elementTypeOf(code: number): ElementType {
  const stored = Object.hasOwn(STORED, code) ? STORED[code] : undefined;
  if (!stored)
    throw new UnsupportedError(`element type expected one of ${Object.keys(STORED).join(", ")}, got ${code}`);
  return stored.type;
}

/** Sizes, which must be positive, and a number of elements that addresses can count. */
export function expectSizes(dims: readonly number[]): readonly number[] {
  if (!dims.every((size) => size >= 1) || elementCount(dims) > 2 ** 31 - 1) {
    throw new FormatError(`dimensions expected positive and at most 2^31 - 1 elements, got ${formatShape(dims)}`);
  }
  return dims;
}

/**
 * Decodes a tensor of the file.
 *
 * @param external the elements, if the tensor says that they are in another file.
 * @throws FormatError if the elements are not as many as its dimensions say, UnsupportedError for an element type that no
 * operator takes.
 */
export function decodeTensor(tensor: OnnxTensor, external?: Uint8Array): Constant {
  const type = elementTypeOf(tensor.type);
  const stored = STORED[tensor.type]!;
  if (tensor.hasStrings) throw new UnsupportedError("elements expected numbers, got text");
  // An empty list is a list, such as the axes of an operator that leaves all to their default.
  const shape = tensor.dims.length === 1 && tensor.dims[0] === 0 ? [0] : expectSizes(tensor.dims);
  const count = elementCount(shape);
  const raw = external ?? tensor.raw;
  const data = raw ? fromRaw(raw, count, stored) : fromLists(tensor, count, stored);
  return { kind: "constant", name: tensor.name, shape, type, data };
}

function fromRaw(raw: Uint8Array, count: number, { type, bytes, read }: Stored): Elements {
  if (raw.length !== count * bytes)
    throw new FormatError(`expected ${count * bytes} bytes of elements, got ${raw.length}`);
  const { buffer, byteOffset } = raw;
  if (ARRAYS[type].BYTES_PER_ELEMENT === bytes && byteOffset % bytes === 0 && type !== "int64") {
    return new ARRAYS[type](buffer as ArrayBuffer, byteOffset, count) as Elements;
  }
  const view = new DataView(buffer, byteOffset, raw.length);
  const data = new ARRAYS[type](count);
  for (let i = 0; i < count; ++i) data[i] = read(view, i * bytes);
  return data;
}

/** From the lists that each type has of its own. Halves are bits in the list of int32. */
function fromLists({ lists, type: code }: OnnxTensor, count: number, { type }: Stored): Elements {
  // Each element takes a byte of the file at least.
  const held = lists.reduce((sum, { packed }) => sum + (packed?.length ?? 1), 0);
  if (count > held) throw new FormatError(`expected ${count} elements, got at most ${held}`);
  const data = new ARRAYS[type](count);
  let filled = 0;
  const put = (value: number) => {
    if (filled === count) throw new FormatError(`expected ${count} elements, got more`);
    data[filled++] = code === FLOAT16 ? halfToNumber(value & 0xffff) : value;
  };
  for (const { field, packed, value } of lists) {
    if (!packed) {
      put(value);
      continue;
    }
    const pbf = new PbfReader(packed);
    while (pbf.pos < packed.length) put(readElement(pbf, field));
    if (pbf.pos !== packed.length) throw new FormatError("expected a list of elements to end with an element");
  }
  if (filled !== count) throw new FormatError(`expected ${count} elements, got ${filled}`);
  return data;
}

/** Whole numbers, for shapes, axes and the like. Throws FormatError for a constant of real numbers. */
export function integersOf({ name, type, data, quantization }: Constant): number[] {
  if (type === "float32" || quantization) throw new FormatError(`${quote(name)} expected integers, got ${type}`);
  return Array.from(data as ArrayLike<number>);
}
