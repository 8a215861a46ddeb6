/** The records that the functions of assembly/standalone read, and the memory behind the plan that they lie in. */
import { align } from "../arena.js";
import { PAGE } from "../plan.js";
import type { Segment } from "./link.js";

/** Hands out memory from an address on, with or without contents. */
export class Room {
  readonly segments: Segment[] = [];
  #end: number;

  constructor(begin: number) {
    this.#end = begin;
  }

  /** The first free address. */
  get end(): number {
    return this.#end;
  }

  reserve(bytes: number): number {
    const address = this.#end;
    this.#end = align(address + bytes);
    return address;
  }

  put(contents: ArrayBufferView): number {
    const address = this.reserve(contents.byteLength);
    this.fill(address, contents);
    return address;
  }

  /** Contents of room that was reserved. */
  fill(address: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.segments.push({ address, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
  }

  get pages(): number {
    return Math.ceil(this.#end / PAGE);
  }
}

/** Bytes of the records below. */
export const PREPROCESSING_BYTES = 44;
export const CLASSES_BYTES = 40;

/** The fields of Preprocessing in assembly/standalone/picture.ts. Addresses are 0 for tables that there are not. */
export interface PreprocessingFields {
  /** 0 stands for "cover". */
  readonly crop: number;
  readonly input: number;
  readonly width: number;
  readonly height: number;
  readonly tables: readonly [red: number, green: number, blue: number];
  readonly isFloat: boolean;
  readonly columns: number;
  readonly heap: number;
}

/** Bytes of a Column in assembly/standalone/picture.ts. */
export const COLUMN_BYTES = 16;

export function preprocessingRecord(fields: PreprocessingFields): DataView {
  const { crop, input, width, height, tables, isFloat, columns, heap } = fields;
  return record([crop], [input, width, height, ...tables, Number(isFloat), columns, heap]);
}

/** The fields of Classes in assembly/standalone/top.ts. */
export interface ClassesFields {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly output: number;
  readonly count: number;
  readonly dtype: "float32" | "uint8" | "int8";
  readonly isSoftmax: boolean;
  readonly scores: number;
  readonly heap: number;
}

export function classesRecord(fields: ClassesFields): DataView {
  const { scale, zeroPoint, output, count, dtype, isSoftmax, scores, heap } = fields;
  const type = ["float32", "uint8", "int8"].indexOf(dtype);
  return record([scale, zeroPoint], [output, count, type, Number(isSoftmax), scores, heap]);
}

/** Numbers of 64 bits, then integers of 32, little-endian. */
function record(floats: readonly number[], integers: readonly number[]): DataView {
  const view = new DataView(new ArrayBuffer(8 * floats.length + 4 * integers.length));
  for (const [index, float] of floats.entries()) view.setFloat64(8 * index, float, true);
  for (const [index, integer] of integers.entries()) view.setUint32(8 * floats.length + 4 * index, integer, true);
  return view;
}
