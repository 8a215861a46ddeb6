/** Instructions of the functions that the compiler writes itself. */
import { signed, unsigned } from "./bytes.js";
import { I32, type Code, type Func, type Global } from "./module.js";

const encoded = (...bytes: number[]): Code => [Uint8Array.from(bytes)];

/** i32.const */
export const constant = (value: number): Code => encoded(0x41, ...signed(value));

/** local.get: the parameters come first. */
export const local = (index: number): Code => encoded(0x20, ...unsigned(index));

export const globalGet = (target: Global): Code => [Uint8Array.of(0x23), { kind: "global", target }];

export const globalSet = (target: Global): Code => [Uint8Array.of(0x24), { kind: "global", target }];

/** A call with integer arguments. */
export function call(target: Func, args: readonly number[] = []): Code {
  return [...args.flatMap(constant), Uint8Array.of(0x10), { kind: "function", target }];
}

/** `if … else … end` on the integer before, without results. */
export function branch(yes: Code, no: Code = []): Code {
  return [...encoded(0x04, 0x40), ...yes, ...(no.length ? [...encoded(0x05), ...no] : []), ...encoded(0x0b)];
}

export const RETURN: Code = encoded(0x0f);
export const I32_EQZ: Code = encoded(0x45);
export const I32_EQ: Code = encoded(0x46);
export const I32_NE: Code = encoded(0x47);
export const I32_OR: Code = encoded(0x72);
/** i32.load */
export const I32_LOAD: Code = encoded(0x28, 2, 0);

/** A function of so many integers to one, or to none. */
export function define(params: number, results: 0 | 1, code: Code): Func {
  const type = { params: Array<number>(params).fill(I32), results: Array<number>(results).fill(I32) };
  return { type, code: [Uint8Array.of(0), ...code, ...encoded(0x0b)] };
}

/** A new integer variable that begins as 0. */
export function variable(): Global {
  return { type: I32, mutable: true, initial: Uint8Array.of(0x41, 0, 0x0b) };
}
