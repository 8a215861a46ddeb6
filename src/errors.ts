/**
 * What the package throws. Wrong arguments are a TypeError (wrong kind) or a RangeError (wrong value) whose message
 * names the argument, what was expected and what came. What is wrong with a model is a ModelError.
 */

/** The model cannot be used. The message says which part of it and why. */
export class ModelError extends Error {
  override name = "ModelError";
}

/** The model file is damaged, or no model file at all. */
export class FormatError extends ModelError {
  override name = "FormatError";
}

/** The model is sound, but has something in it that this package does not do. */
export class UnsupportedError extends ModelError {
  override name = "UnsupportedError";
}

/** What a value is, for messages: `Uint8Array of length 3`, `string "abc"`, `NaN`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (ArrayBuffer.isView(value) && "length" in value) {
    return `${value.constructor.name} of length ${value.length}`;
  }
  if (Array.isArray(value)) return `array of length ${value.length}`;
  if (typeof value === "object") return value.constructor?.name ?? "object";
  if (typeof value === "string") return `string ${JSON.stringify(value.slice(0, 40))}`;
  return String(value);
}
