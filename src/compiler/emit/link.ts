/** Writes one module of all that its exports reach: an own memory, functions, globals, data and a custom section. */
import { concat, name, signed, unsigned } from "./bytes.js";
import { MAGIC, SECTION, type Code, type Exports, type Func, type FunctionType, type Global } from "./module.js";

export interface Linked {
  /** The functions to export, in this order. */
  readonly exports: Exports;
  /** Pages of 64 KiB that the memory begins with. It is exported as `memory` and may grow. */
  readonly pages: number;
  readonly data: readonly Segment[];
  readonly custom: { readonly name: string; readonly bytes: Uint8Array };
}

/** Bytes that memory holds from the beginning. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** The module as bytes. It imports nothing. */
export function link({ exports, pages, data, custom }: Linked): Uint8Array<ArrayBuffer> {
  const { functions, globals, types } = reach([...exports.values()]);
  const typeIndex = (type: FunctionType) => unsigned([...types.keys()].indexOf(keyOf(type)));
  const functionIndex = new Map([...functions].map((func, index) => [func, index]));
  const globalIndex = new Map([...globals].map((global, index) => [global, index]));
  const encode = (piece: Code[number]): Uint8Array | number[] => {
    if (piece instanceof Uint8Array) return piece;
    if (piece.kind === "function") return unsigned(functionIndex.get(piece.target)!);
    if (piece.kind === "global") return unsigned(globalIndex.get(piece.target)!);
    return typeIndex(piece.target);
  };
  return concat([
    MAGIC,
    vectorSection(SECTION.type, [...types.values()].map(typeBytes)),
    vectorSection(
      SECTION.function,
      [...functions].map(({ type }) => typeIndex(type)),
    ),
    vectorSection(SECTION.memory, [[0, ...unsigned(pages)]]),
    vectorSection(SECTION.global, [...globals].map(globalBytes)),
    vectorSection(SECTION.export, [
      [...name("memory"), 2, 0],
      ...[...exports].map(([exported, func]) => [...name(exported), 0, ...unsigned(functionIndex.get(func)!)]),
    ]),
    vectorSection(
      SECTION.code,
      [...functions].map(({ code }) => sized(concat(code.map(encode)))),
    ),
    vectorSection(SECTION.data, data.map(segmentBytes)),
    section(SECTION.custom, concat([name(custom.name), custom.bytes])),
  ]);
}

/** All that functions refer to, and they themselves, in the order of a walk. */
function reach(roots: readonly Func[]) {
  const functions = new Set<Func>();
  const globals = new Set<Global>();
  const types = new Map<string, FunctionType>();
  const visit = (func: Func) => {
    if (functions.has(func)) return;
    functions.add(func);
    types.set(keyOf(func.type), func.type);
    for (const piece of func.code) {
      if (piece instanceof Uint8Array) continue;
      if (piece.kind === "function") visit(piece.target);
      else if (piece.kind === "global") globals.add(piece.target);
      else types.set(keyOf(piece.target), piece.target);
    }
  };
  for (const root of roots) visit(root);
  return { functions, globals, types };
}

/** Types are equal if they are written alike. */
function keyOf({ params, results }: FunctionType): string {
  return `${params.join()}:${results.join()}`;
}

function typeBytes({ params, results }: FunctionType): number[] {
  return [0x60, ...unsigned(params.length), ...params, ...unsigned(results.length), ...results];
}

function globalBytes({ type, mutable, initial }: Global): number[] {
  return [type, Number(mutable), ...initial];
}

function segmentBytes({ address, bytes }: Segment): Uint8Array {
  return concat([[0, 0x41, ...signed(address), 0x0b, ...unsigned(bytes.length)], bytes]);
}

function sized(bytes: Uint8Array): Uint8Array {
  return concat([unsigned(bytes.length), bytes]);
}

function section(id: number, body: Uint8Array): Uint8Array {
  return concat([[id], sized(body)]);
}

/** A section of items; nothing if there are none. */
function vectorSection(id: number, items: readonly (Uint8Array | readonly number[])[]): Uint8Array | readonly number[] {
  return items.length ? section(id, concat([unsigned(items.length), ...items])) : [];
}

/** Zeros that cost less as the head of a new segment. */
const LONGEST_RUN = 32;

/** The parts of a memory image that are not zero, which memory is anyway. */
export function segmentsOf(address: number, image: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let begin = 0;
  while (begin < image.length && image[begin] === 0) ++begin;
  for (let end = begin; begin < image.length; begin = end) {
    let zeros = 0;
    for (end = begin; end < image.length && zeros < LONGEST_RUN; ++end) zeros = image[end] === 0 ? zeros + 1 : 0;
    segments.push({ address: address + begin, bytes: image.subarray(begin, end - zeros) });
    while (end < image.length && image[end] === 0) ++end;
  }
  return segments;
}
