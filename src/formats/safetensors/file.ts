/**
 * The safetensors format: the length of a header in eight bytes, the header in JSON, which says of each tensor its type,
 * its shape and where its bytes lie, and then the bytes of all tensors without gaps.
 */
import { describe, FormatError, quote, UnsupportedError } from "../../errors.js";
import { halfToNumber } from "../../ir/numbers.js";
import { elementCount, formatShape, type Tensor } from "../../ir/tensor.js";
import { asArray, asObject, asSizes, asString, asWhole, parseJson } from "../json.js";

/** A tensor as it lies in the file. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** `F32`, `BF16`, `I64`, …: types that nobody reads may be any. */
  readonly dtype: string;
  readonly bytes: Uint8Array;
}

/** Bytes of an element, for the types that there are. */
const ELEMENT_BYTES: ReadonlyMap<string, number> = new Map([
  ["F64", 8], ["I64", 8], ["U64", 8], ["F32", 4], ["I32", 4], ["U32", 4], ["F16", 2], ["BF16", 2], ["I16", 2],
  ["U16", 2], ["I8", 1], ["U8", 1], ["F8_E4M3", 1], ["F8_E5M2", 1], ["BOOL", 1],
]); // prettier-ignore

/**
 * The tensors of a file by their names, as views of its bytes.
 *
 * @throws FormatError if the file is damaged, UnsupportedError for a type that this reader does not know.
 */
export function readTensors(file: Uint8Array): Map<string, StoredTensor> {
  const length = Number(new DataView(file.buffer, file.byteOffset, file.length).getBigUint64(0, true));
  if (8 + length > file.length) {
    throw new FormatError(`safetensors: header expected ${length} bytes, got ${file.length - 8}`);
  }
  const header = asObject(parseJson(file.subarray(8, 8 + length), "safetensors: header"), "safetensors: header");
  const data = file.subarray(8 + length);
  const places = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, json]) => readPlace(name, json))
    .toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of places) {
    if (begin !== at) throw new FormatError(`${quote(name)} expected data from byte ${at}, got ${begin}`);
    at = end;
  }
  if (at !== data.length) throw new FormatError(`safetensors: data expected ${at} bytes, got ${data.length}`);
  return new Map(places.map(({ begin, end, ...rest }) => [rest.name, { ...rest, bytes: data.subarray(begin, end) }]));
}

function readPlace(name: string, json: unknown) {
  const what = quote(name);
  const entry = asObject(json, what);
  const dtype = asString(entry.dtype, `${what}: dtype`);
  const shape = asSizes(entry.shape, `${what}: shape`);
  const [begin, end, ...others] = asArray(entry.data_offsets, `${what}: data_offsets`).map((offset) =>
    asWhole(offset, `${what}: data_offsets`),
  ) as [number, number];
  const bytes = ELEMENT_BYTES.get(dtype);
  if (bytes === undefined) throw new UnsupportedError(`${what}: dtype ${describe(dtype)} is not known`);
  if (others.length || end - begin !== elementCount(shape) * bytes) {
    throw new FormatError(`${what}: data_offsets expected ${formatShape(shape)} ${dtype}, got ${begin} to ${end}`);
  }
  return { name, dtype, shape, begin, end };
}

/**
 * A tensor's numbers as float32: as a view where they are that and aligned, else converted.
 *
 * @throws UnsupportedError for other types than float32, float16 and bfloat16.
 */
export function asFloat32({ name, shape, dtype, bytes }: StoredTensor): Tensor {
  return { name, shape, dtype: "float32", data: floats(name, dtype, bytes) };
}

function floats(name: string, dtype: string, bytes: Uint8Array): Float32Array {
  if (dtype === "F32") {
    const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    return new Float32Array(buffer as ArrayBuffer, byteOffset, length / 4);
  }
  if (dtype !== "F16" && dtype !== "BF16") {
    throw new UnsupportedError(`${quote(name)} expected F32, F16 or BF16, got ${dtype}`);
  }
  const { buffer, byteOffset, length } = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  const codes = new Uint16Array(buffer, byteOffset, length / 2);
  if (dtype === "F16") return Float32Array.from(codes, halfToNumber);
  // bfloat16 is the upper half of a float32.
  return new Float32Array(Uint32Array.from(codes, (code) => code << 16).buffer);
}
