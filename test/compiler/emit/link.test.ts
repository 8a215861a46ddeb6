/** The linker on our own kernels and on modules of a few bytes. */
import { expect, test } from "vitest";
import { Reader, signed, unsigned } from "../../../src/compiler/emit/bytes.js";
import { call, constant, define, globalGet, globalSet, variable } from "../../../src/compiler/emit/code.js";
import { link, segmentsOf } from "../../../src/compiler/emit/link.js";
import { SECTION, type Exports, type Func } from "../../../src/compiler/emit/module.js";
import { parseModule, sectionsOf } from "../../../src/compiler/emit/parse.js";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import { buildFile, BUILDS } from "../../support/modules.js";

const CUSTOM = { name: "test", bytes: Uint8Array.of() };
const FILES = ["kernels.simd.wasm", "kernels.relaxed.wasm", "relaxed.wasm", "wide.wasm", "standalone.wasm"];

function linked(exports: Exports): Uint8Array<ArrayBuffer> {
  return link({ exports, pages: 1, data: [], custom: CUSTOM });
}

/** The bodies of the functions of a module. */
function bodiesOf(bytes: Uint8Array): string[] {
  const reader = new Reader(sectionsOf(bytes).find(({ id }) => id === SECTION.code)!.body);
  return reader.vector(() => Buffer.from(reader.take(reader.unsigned())).toString("hex"));
}

/** The functions in the order of a walk from the exports of a module that this linker wrote. */
function count(bytes: Uint8Array, section: number): number {
  const found = sectionsOf(bytes).find(({ id }) => id === section);
  return found ? new Reader(found.body).unsigned() : 0;
}

test.each(FILES)("%s comes out as it went in, but for the order", (file) => {
  const original = buildFile(file);
  const once = linked(parseModule(original));
  // Without calls, globals or indexed types nothing in a body moves.
  const alone = bodiesOf(original).filter((body) => bodiesOf(once).includes(body));
  expect(alone.length).toBeGreaterThan(bodiesOf(original).length / 3);
  expect(count(once, SECTION.code)).toBe(count(original, SECTION.code));
  const own = once.slice();
  expect(sectionsOf(own).map(({ id }) => id)).not.toContain(SECTION.import);
  if (file.includes("simd") || file.includes("standalone") || BUILDS.includes("relaxed")) {
    expect(WebAssembly.validate(once)).toBe(true);
  }
});

test.each(FILES)("%s is the same after a second time", (file) => {
  // The module defines its memory now; with an import in its place it can be read again.
  const once = linked(parseModule(buildFile(file)));
  const twice = linked(parseModule(withoutMemory(once)));
  expect(bodiesOf(twice)).toEqual(bodiesOf(once));
  expect(twice).toEqual(once);
});

function withoutMemory(bytes: Uint8Array): Uint8Array {
  const kept = sectionsOf(bytes).filter(({ id }) => id !== SECTION.memory);
  return Uint8Array.from([
    ...bytes.subarray(0, 8),
    ...kept.flatMap(({ id, body }) => [id, ...unsigned(body.length), ...body]),
  ]);
}

test("each kernel alone is valid, and brings only what it calls", () => {
  for (const [name, func] of parseModule(buildFile("kernels.simd.wasm"))) {
    const bytes = linked(new Map([[name, func]]));
    expect(WebAssembly.validate(bytes), name).toBe(true);
    expect(count(bytes, SECTION.code), name).toBe(reachable(func).size);
  }
});

function reachable(func: Func, seen = new Set<Func>()): Set<Func> {
  if (seen.has(func)) return seen;
  seen.add(func);
  for (const piece of func.code) {
    if (!(piece instanceof Uint8Array) && piece.kind === "function") reachable(piece.target, seen);
  }
  return seen;
}

test("functions that are not reached are left out", () => {
  const unused = define(0, 1, constant(5));
  const used = define(0, 1, constant(-6));
  const bytes = linked(new Map([["run", define(0, 1, call(used))]]));
  expect(count(bytes, SECTION.code)).toBe(2);
  expect(Buffer.from(bytes).includes(Buffer.from(unused.code[1] as Uint8Array))).toBe(false);
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as { run: () => number };
  expect(run()).toBe(-6);
});

test("globals keep their values between calls", () => {
  const [a, b] = [variable(), variable()];
  const set = define(0, 0, [...constant(7), ...globalSet(b), ...constant(8), ...globalSet(a)]);
  const get = define(0, 1, globalGet(b));
  const bytes = linked(new Map([["set", set], ["get", get]])); // prettier-ignore
  const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Record<string, () => number>;
  expect(exports.get!()).toBe(0);
  exports.set!();
  expect(exports.get!()).toBe(7);
});

test("integers are as short as they can be, and correct", () => {
  for (const value of [0, 1, 63, 64, 127, 128, 16383, 16384, 2 ** 31, 2 ** 32 - 1]) {
    expect(new Reader(Uint8Array.from(unsigned(value))).unsigned()).toBe(value);
    const bytes = linked(new Map([["run", define(0, 1, constant(value))]]));
    const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as { run: () => number };
    expect(run()).toBe(value | 0);
  }
  expect([signed(-1), signed(-64), signed(-65), signed(64)]).toEqual([[127], [64], [191, 127], [192, 0]]);
});

test("data segments hold all that is not zero, and no long runs of zeros", () => {
  const image = new Uint8Array(10_000);
  image.set([1, 2, 3], 100);
  image[140] = 4; // after more zeros than a segment costs
  image[160] = 5; // after fewer
  image[9_999] = 6;
  const segments = segmentsOf(1000, image);
  expect(segments.map(({ address, bytes }) => [address, bytes.length])).toEqual([
    [1100, 3],
    [1140, 21],
    [10_999, 1],
  ]);
  const whole = new Uint8Array(image.length);
  for (const { address, bytes } of segments) whole.set(bytes, address - 1000);
  expect(whole).toEqual(image);
  expect(segmentsOf(0, new Uint8Array(50))).toEqual([]);
});

test("what is damaged or unknown is refused", () => {
  const simd = buildFile("kernels.simd.wasm");
  expect(() => parseModule(simd.subarray(0, 100))).toThrow(FormatError);
  expect(() => parseModule(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toThrow(FormatError);
  const table = Uint8Array.from([...simd.subarray(0, 8), 4, 4, 1, 0x70, 0, 0]);
  expect(() => parseModule(table)).toThrow(UnsupportedError);
  // A function with ref.null.
  const refs = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 6, 1, 4, 0, 0xd0, 0x70, 0x0b];
  expect(() => parseModule(Uint8Array.from(refs))).toThrow(/opcode d0/);
});
