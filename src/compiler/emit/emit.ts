/** Writes a planned program as one WebAssembly module; docs/standalone.md describes its exports. */
import { UnsupportedError } from "../../errors.js";
import { BYTE_PRODUCTS } from "../../runtime/kernels.js";
import type { Products } from "../call.js";
import { PAGE, START } from "../plan.js";
import {
  branch,
  call,
  constant,
  define,
  globalGet,
  globalSet,
  I32_EQ,
  I32_EQZ,
  I32_LOAD,
  I32_NE,
  I32_OR,
  local,
  RETURN,
  variable,
} from "./code.js";
import { SECTION_NAME, type Description } from "./description.js";
import { link, segmentsOf } from "./link.js";
import type { Code, Exports, Func, Global } from "./module.js";
import {
  CLASSES_BYTES,
  classesRecord,
  COLUMN_BYTES,
  PREPROCESSING_BYTES,
  preprocessingRecord,
  Room,
  type ClassesFields,
  type PreprocessingFields,
} from "./records.js";
import type { KernelCall, StandaloneProgram } from "./program.js";

/** The functions that a module is linked from. */
export interface Library {
  /** All kernels, with those for relaxed SIMD in place of their others if they are wanted. */
  readonly kernels: Exports;
  /** Those of assembly/standalone. */
  readonly standalone: Exports;
}

/** An input that takes pictures. */
export type Pictures = Pick<PreprocessingFields, "crop" | "width" | "height"> & {
  /** For each channel what the 256 bytes become, in elements of the input; undefined if they stay as they are. */
  readonly tables: readonly (Float32Array | Uint8Array | Int8Array)[] | undefined;
};

export interface Emission {
  readonly program: StandaloneProgram;
  readonly description: Omit<Description, "memory" | "image">;
  readonly pictures: Pictures | undefined;
  /** The output of a classifier. */
  readonly classes: Omit<ClassesFields, "output" | "scores" | "heap"> | undefined;
  /** Name of the file for the memory image. undefined: the image lies in data segments. */
  readonly imageFile: string | undefined;
}

export interface Emitted {
  readonly code: Uint8Array<ArrayBuffer>;
  /** Bytes for the file of the memory image; empty if it lies in data segments. */
  readonly image: Uint8Array<ArrayBuffer>;
  readonly description: Description;
}

/** Bytes in front of an image in a file: its checksum, which the first run looks for, and its length. */
const HEADER_BYTES = 16;

/** What run() returns; assembly/standalone/picture.ts has those of image(). */
const OK = 0;
const NO_IMAGE = 1;

export function emit(library: Library, emission: Emission): Emitted {
  const { program, imageFile } = emission;
  const room = new Room(program.memory.total);
  const { standalone } = library;
  const exports = new Map<string, Func>();
  const runs = functionsOfRun(library, program, imageFile === undefined ? undefined : checksum(program.image.bytes));
  for (const [name, func] of runs) exports.set(name, func);
  exports.set("input", addresses(program.inputs));
  exports.set("output", addresses(program.outputs));
  const preprocessing = emission.pictures && reservePreprocessing(room, emission.pictures);
  const classes = emission.classes && {
    record: room.reserve(CLASSES_BYTES),
    scores: room.reserve(4 * emission.classes.count),
  };
  const heap = room.end;
  exports.set("alloc", define(1, 1, [...local(0), ...call(expectFunction(standalone, "alloc"), [heap])]));
  if (preprocessing) {
    const { record, ...fields } = preprocessing;
    room.fill(record, preprocessingRecord({ ...fields, input: program.inputs[0]!, heap }));
    const args = [0, 1, 2, 3, 4].flatMap(local);
    exports.set("image", define(5, 1, [...args, ...call(expectFunction(standalone, "image"), [record])]));
  }
  if (classes) {
    const { record, scores } = classes;
    room.fill(record, classesRecord({ ...emission.classes, output: program.outputs[0]!, scores, heap }));
    exports.set("top", define(2, 1, [...local(0), ...local(1), ...call(expectFunction(standalone, "top"), [record])]));
  }
  const image = imageFile === undefined ? new Uint8Array() : imageBytes(program.image.bytes);
  const { weights, arena } = program.memory;
  const description: Description = {
    ...emission.description,
    memory: { weights, arena, scratch: heap - weights - arena, total: room.pages * PAGE },
    ...(imageFile !== undefined && {
      image: { address: START - HEADER_BYTES, bytes: image.length, file: imageFile },
    }),
  };
  const inside = imageFile === undefined ? [program.image] : [];
  const code = link({
    exports,
    pages: room.pages,
    data: [...inside, ...room.segments].flatMap(({ address, bytes }) => segmentsOf(address, bytes)),
    custom: { name: SECTION_NAME, bytes: new TextEncoder().encode(JSON.stringify(description)) },
  });
  return { code, image, description };
}

/** run(), and byteProducts() if the program finds out how to multiply. */
function functionsOfRun(library: Library, program: StandaloneProgram, image: number | undefined): Map<string, Func> {
  const { calls, completions } = program;
  const isReady = variable();
  const asks = calls.some(({ products }) => products?.includes("unsigned"));
  const found = asks ? variable() : undefined;
  const probe = asks ? expectFunction(library.kernels, "q8_byteProducts") : undefined;
  const first: Code = [
    ...(image === undefined ? [] : expectImage(image)),
    ...(probe && found ? [...call(probe), ...globalSet(found)] : []),
    ...complete(library.standalone, completions, found),
    ...constant(1),
    ...globalSet(isReady),
  ];
  const needsFirst = image !== undefined || completions.length > 0;
  const run = define(0, 1, [
    ...(needsFirst ? [...globalGet(isReady), ...I32_EQZ, ...branch(first)] : []),
    ...callAll(library.kernels, calls, found),
    ...constant(OK),
  ]);
  return new Map([["run", run], ...(probe ? [["byteProducts", probe] as const] : [])]);
}

/** Returns from run() unless the header of the image lies in memory. */
function expectImage(expected: number): Code {
  const header = START - HEADER_BYTES;
  return [
    ...constant(header),
    ...I32_LOAD,
    ...constant(expected),
    ...I32_NE,
    ...branch([...constant(NO_IMAGE), ...RETURN]),
  ];
}

/** Completes the weights for the way the engine multiplies, which is in `found`; without it, for pairs. */
function complete(standalone: Exports, completions: StandaloneProgram["completions"], found: Global | undefined): Code {
  return completions.flatMap(({ completion: it, address }) => {
    if (it.type === "depthwise") {
      return call(expectFunction(standalone, "widenDepthwise"), [address, it.halfBlocks, it.weightOffset]);
    }
    const args = [address, it.blocks, it.inBlocks, it.weightOffset];
    const pairs = call(expectFunction(standalone, "widen"), args);
    if (!found) return pairs;
    const bytes = (zeroPoint: number) => call(expectFunction(standalone, "adjustBias"), [...args, zeroPoint]);
    const others = it.allowsSigned ? ifFound(found, ["signed"], bytes(it.zeroPoint - 128), pairs) : pairs;
    return ifFound(found, ["unsigned"], bytes(it.zeroPoint), others);
  });
}

/** The calls in their order, those for some ways to multiply only where one of them is the engine's. */
function callAll(kernels: Exports, calls: readonly KernelCall[], found: Global | undefined): Code {
  return calls.flatMap(({ kernel, args, products }) => {
    const code = call(expectFunction(kernels, kernel), args);
    return products && found ? ifFound(found, products, code) : code;
  });
}

/** `yes` if the engine multiplies in one of these ways. */
function ifFound(found: Global, products: readonly Products[], yes: Code, no?: Code): Code {
  const isOne = products.map((each): Code => {
    const answer = BYTE_PRODUCTS.indexOf(each === "pairs" ? undefined : each);
    return [...globalGet(found), ...constant(answer), ...I32_EQ];
  });
  return [...isOne.flat(), ...isOne.slice(1).flatMap(() => I32_OR), ...branch(yes, no)];
}

/** From an index to an address; 0 for another index. */
function addresses(list: readonly number[]): Func {
  const cases = list.flatMap((address, index) => {
    return [...local(0), ...constant(index), ...I32_EQ, ...branch([...constant(address), ...RETURN])];
  });
  return define(1, 1, [...cases, ...constant(0)]);
}

function reservePreprocessing(room: Room, { crop, width, height, tables }: Pictures) {
  const known = new Map<ArrayBufferView, number>();
  for (const table of tables ?? []) if (!known.has(table)) known.set(table, room.put(table));
  const [red, green, blue] = [0, 1, 2].map((channel) => (tables ? known.get(tables[channel]!)! : 0));
  return {
    crop,
    width,
    height,
    tables: [red!, green!, blue!] as const,
    isFloat: tables?.[0] instanceof Float32Array,
    columns: room.reserve(COLUMN_BYTES * width),
    record: room.reserve(PREPROCESSING_BYTES),
  };
}

/** The file of an image. */
function imageBytes(image: Uint8Array): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(HEADER_BYTES + image.length);
  const header = new DataView(file.buffer);
  header.setInt32(0, checksum(image), true);
  header.setUint32(4, image.length, true);
  file.set(image, HEADER_BYTES);
  return file;
}

/** FNV-1a of 32 bits, as an integer other than 0. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; ++i) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash | 0 || 1;
}

function expectFunction(exports: Exports, name: string): Func {
  const func = exports.get(name);
  if (!func) throw new UnsupportedError(`kernels expected ${name}, got ${exports.size} others`);
  return func;
}
