/** JSON that nobody vouches for: every step into it says what it expected. Each function throws FormatError. */
import { describe, FormatError } from "../errors.js";
import { decodeStrictly } from "../io/text.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** The value that UTF-8 text stands for. */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(decodeStrictly(bytes));
  } catch (error) {
    throw new FormatError(`${what} expected JSON: ${(error as Error).message}`);
  }
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) wrong(what, "an object", value);
  return value as JsonObject;
}

export function asArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) wrong(what, "an array", value);
  return value;
}

/** An array of at most `most` elements. */
export function asShortArray(value: unknown, what: string, most: number): readonly unknown[] {
  const array = asArray(value, what);
  if (array.length > most) wrong(what, `an array of at most ${most}`, value);
  return array;
}

export function asString(value: unknown, what: string): string {
  if (typeof value !== "string") wrong(what, "a string", value);
  return value;
}

/** A finite number. */
export function asNumber(value: unknown, what: string): number {
  if (!Number.isFinite(value)) wrong(what, "a number", value);
  return value as number;
}

/** A whole number from `least`, exact as a float64. */
export function asWhole(value: unknown, what: string, least = 0): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) wrong(what, `a whole number from ${least}`, value);
  return value as number;
}

/** Whole numbers from 0. */
export function asSizes(value: unknown, what: string): number[] {
  return asArray(value, what).map((size, index) => asWhole(size, `${what}[${index}]`));
}

function wrong(what: string, expected: string, got: unknown): never {
  throw new FormatError(`${what} expected ${expected}, got ${describe(got)}`);
}
