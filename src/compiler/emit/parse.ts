/** From the bytes of a module of ours to functions that refer to each other. */
import { FormatError, UnsupportedError } from "../../errors.js";
import { Reader } from "./bytes.js";
import { findIndices, type IndexPlace } from "./instructions.js";
import { MAGIC, SECTION, type Code, type Exports, type Func, type FunctionType, type Global } from "./module.js";

export interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

/** The sections of a module, in their order. Throws FormatError if the bytes are no module. */
export function sectionsOf(bytes: Uint8Array): Section[] {
  const reader = new Reader(bytes);
  const magic = reader.take(MAGIC.length);
  if (MAGIC.some((byte, i) => magic[i] !== byte)) throw new FormatError("WebAssembly module expected version 1");
  const sections: Section[] = [];
  while (!reader.done) sections.push({ id: reader.byte(), body: reader.take(reader.unsigned()) });
  return sections;
}

/** A function while others may still refer to it. */
interface OpenFunc extends Func {
  code: Code;
}

/**
 * The exported functions of a module that imports one memory and nothing else, and that has neither tables nor data, as
 * AssemblyScript compiles our kernels.
 *
 * @throws FormatError if it is damaged, UnsupportedError if it has something else in it.
 */
export function parseModule(bytes: Uint8Array): Exports {
  const bodies = new Map(sectionsOf(bytes).map(({ id, body }) => [id, body]));
  const known = new Set<number>(Object.values(SECTION));
  known.delete(SECTION.data);
  const other = [...bodies.keys()].find((id) => !known.has(id));
  if (other !== undefined) throw new UnsupportedError(`WebAssembly module expected no section ${other}`);
  const read = <T>(id: number, item: (reader: Reader) => T): T[] => {
    const reader = new Reader(bodies.get(id) ?? Uint8Array.of(0));
    return reader.vector(() => item(reader));
  };
  read(SECTION.import, expectMemory);
  const types = read(SECTION.type, readType);
  const functions = read(SECTION.function, (reader): OpenFunc => {
    return { type: at(types, reader.unsigned(), "types"), code: [] };
  });
  const globals = read(SECTION.global, readGlobal);
  const codes = read(SECTION.code, (reader) => reader.take(reader.unsigned()));
  if (codes.length !== functions.length) {
    throw new FormatError(`WebAssembly module expected ${functions.length} function bodies, got ${codes.length}`);
  }
  const targets = { function: functions, global: globals, type: types };
  for (const [index, code] of codes.entries()) functions[index]!.code = linked(code, targets);
  const exported = read(SECTION.export, (reader) => {
    return { name: reader.name(), kind: reader.byte(), index: reader.unsigned() };
  });
  return new Map(
    exported.filter(({ kind }) => kind === 0).map(({ name, index }) => [name, at(functions, index, "functions")]),
  );
}

/** An import, which has to be the memory. */
function expectMemory(reader: Reader): void {
  const [module, field, kind] = [reader.name(), reader.name(), reader.byte()];
  if (kind !== 2)
    throw new UnsupportedError(`WebAssembly module expected to import only memory, got ${module}.${field}`);
  const hasMaximum = reader.byte() & 1;
  reader.unsigned();
  if (hasMaximum) reader.unsigned();
}

function readType(reader: Reader): FunctionType {
  const form = reader.byte();
  if (form !== 0x60) throw new UnsupportedError(`WebAssembly module expected function types, got ${form}`);
  return { params: reader.vector(() => reader.byte()), results: reader.vector(() => reader.byte()) };
}

function readGlobal(reader: Reader): Global {
  const [type, mutable] = [reader.byte(), reader.byte() === 1];
  const begin = reader.at;
  const constant = reader.byte();
  if (constant === 0x41 || constant === 0x42) reader.skipInteger();
  else if (constant === 0x43 || constant === 0x44) reader.take(constant === 0x43 ? 4 : 8);
  else throw new UnsupportedError(`WebAssembly module expected constant globals, got opcode ${constant}`);
  if (reader.byte() !== 0x0b) throw new FormatError("WebAssembly module expected the end of a global");
  return { type, mutable, initial: reader.bytes.subarray(begin, reader.at) };
}

interface Targets {
  readonly function: readonly Func[];
  readonly global: readonly Global[];
  readonly type: readonly FunctionType[];
}

/** Code with references in place of its indices. */
function linked(code: Uint8Array, targets: Targets): Code {
  const reader = new Reader(code);
  for (let left = reader.unsigned(); left > 0; --left) {
    reader.unsigned(); // so many locals
    reader.byte(); // of this type
  }
  const pieces: Code[number][] = [];
  let from = 0;
  for (const place of findIndices(reader)) {
    pieces.push(code.subarray(from, place.begin), reference(place, targets));
    from = place.end;
  }
  pieces.push(code.subarray(from));
  return pieces;
}

function reference({ kind, index }: IndexPlace, targets: Targets): Exclude<Code[number], Uint8Array> {
  switch (kind) {
    case "function":
      return { kind, target: at(targets.function, index, "functions") };
    case "global":
      return { kind, target: at(targets.global, index, "globals") };
    case "type":
      return { kind, target: at(targets.type, index, "types") };
  }
}

function at<T>(list: readonly T[], index: number, what: string): T {
  const item = list[index];
  if (item === undefined)
    throw new FormatError(`WebAssembly module expected ${what} up to ${index}, got ${list.length}`);
  return item;
}
