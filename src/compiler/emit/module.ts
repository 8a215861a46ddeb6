/**
 * A WebAssembly module as objects that refer to each other, so that linking is a walk from the exports: nothing has an
 * index until the result is written.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */

/** The value type i32. */
export const I32 = 0x7f;

export interface FunctionType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

export interface Global {
  readonly type: number;
  readonly mutable: boolean;
  /** The instructions of its initial value, `end` included. They refer to nothing. */
  readonly initial: Uint8Array;
}

/** A place in the code that holds an index. */
export type Reference =
  | { readonly kind: "function"; readonly target: Func }
  | { readonly kind: "global"; readonly target: Global }
  | { readonly kind: "type"; readonly target: FunctionType };

/** Instructions, and the references between them. */
export type Code = readonly (Uint8Array | Reference)[];

export interface Func {
  readonly type: FunctionType;
  /** The declarations of locals, then the instructions, `end` included. */
  readonly code: Code;
}

/** The functions that a module exports, by name. */
export type Exports = ReadonlyMap<string, Func>;

/** The numbers of the sections. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  code: 10,
  data: 11,
} as const;

/** `\0asm`, version 1. */
export const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0] as const;
