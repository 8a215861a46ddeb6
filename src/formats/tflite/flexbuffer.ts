/**
 * FlexBuffers, in which custom operators keep their options: a map from names to numbers, of a file that nobody vouches
 * for. Every offset is checked; what is neither a number nor a boolean is left out.
 *
 * A value is written with the width of the vector that it is in, and a byte says its type; the root's type and width are
 * the last two bytes. Offsets count backwards. A map is its values, and before them where its keys are, how wide their
 * offsets are, and the number of both.
 */
import { FormatError } from "../../errors.js";

const MAP = 9;
const MOST_ENTRIES = 100;
const LONGEST_KEY = 100;

/** Readers of the types that are written where they stand: integers, unsigned ones, numbers, booleans. */
const INLINE: Readonly<Record<number, "int" | "uint" | "float">> = { 1: "int", 2: "uint", 3: "float", 26: "uint" };

/** The same types at an offset. */
const INDIRECT: Readonly<Record<number, "int" | "uint" | "float">> = { 6: "int", 7: "uint", 8: "float" };

/** The numbers in a map; true is 1. Throws FormatError if the bytes are none. */
export function readFlexMap(bytes: Uint8Array): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length;
  if (end < 3) throw damaged();
  const rootWidth = bytes[end - 1]!;
  const rootType = bytes[end - 2]!;
  if (rootType >> 2 !== MAP) throw new FormatError(`options expected a map, got FlexBuffer type ${rootType >> 2}`);
  const values = follow(view, end - 2 - rootWidth, rootWidth);
  const width = 1 << (rootType & 3);
  const count = number(view, values - width, width, "uint");
  const keys = follow(view, values - 3 * width, width);
  const keyWidth = number(view, values - 2 * width, width, "uint");
  if (count > MOST_ENTRIES) throw new FormatError(`options expected at most ${MOST_ENTRIES} entries, got ${count}`);
  const types = values + count * width;
  const map = new Map<string, number>();
  for (let i = 0; i < count; ++i) {
    const key = text(bytes, follow(view, keys + i * keyWidth, keyWidth));
    const type = number(view, types + i, 1, "uint");
    const at = values + i * width;
    const inline = INLINE[type >> 2];
    const indirect = INDIRECT[type >> 2];
    if (inline) map.set(key, number(view, at, width, inline));
    else if (indirect) map.set(key, number(view, follow(view, at, width), 1 << (type & 3), indirect));
  }
  return map;
}

/** What the offset at a position points to. */
function follow(view: DataView, position: number, width: number): number {
  return position - number(view, position, width, "uint");
}

function number(view: DataView, position: number, width: number, type: "int" | "uint" | "float"): number {
  if (!(position >= 0 && position + width <= view.byteLength)) throw damaged();
  if (type === "float") {
    if (width === 4) return view.getFloat32(position, true);
    if (width === 8) return view.getFloat64(position, true);
  } else {
    const signed = type === "int";
    if (width === 1) return signed ? view.getInt8(position) : view.getUint8(position);
    if (width === 2) return signed ? view.getInt16(position, true) : view.getUint16(position, true);
    if (width === 4) return signed ? view.getInt32(position, true) : view.getUint32(position, true);
    if (width === 8) return Number(signed ? view.getBigInt64(position, true) : view.getBigUint64(position, true));
  }
  throw damaged();
}

/** Up to the next zero. */
function text(bytes: Uint8Array, start: number): string {
  const end = start >= 0 ? bytes.indexOf(0, start) : -1;
  if (end < 0 || end - start > LONGEST_KEY) throw damaged();
  return String.fromCharCode(...bytes.subarray(start, end));
}

function damaged(): FormatError {
  return new FormatError("options are no FlexBuffer");
}

/** A map of numbers: whole ones as int32, others as float32, booleans as such. */
export function writeFlexMap(entries: Readonly<Record<string, number | boolean>>): Uint8Array {
  const names = Object.keys(entries).toSorted();
  const strings = names.map((name) => `${name}\0`);
  const joined = strings.join("");
  const view = new DataView(new ArrayBuffer(align(joined.length) + 24 + 13 * names.length));
  for (let i = 0; i < joined.length; ++i) view.setUint8(i, joined.charCodeAt(i));
  let at = align(joined.length);
  const put = (value: number) => {
    view.setUint32(at, value, true);
    at += 4;
  };
  put(names.length);
  const keys = at;
  let start = 0;
  for (const each of strings) {
    put(at - start);
    start += each.length;
  }
  put(at - keys);
  put(4);
  put(names.length);
  const values = at;
  const written = names.map((name) => entries[name]!);
  for (const value of written) put(Number.isInteger(Number(value)) ? Number(value) : bitsOf(Number(value)));
  for (const value of written) view.setUint8(at++, (typeOf(value) << 2) | WIDTH_4);
  at = align(at);
  put(at - values);
  view.setUint8(at, (MAP << 2) | WIDTH_4);
  view.setUint8(at + 1, 4);
  return new Uint8Array(view.buffer, 0, at + 2);
}

/** How a type says that what is in it is four bytes wide. */
const WIDTH_4 = 2;

function typeOf(value: number | boolean): number {
  if (typeof value === "boolean") return 26;
  return Number.isInteger(value) ? 1 : 3;
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

function align(position: number): number {
  return Math.ceil(position / 4) * 4;
}
