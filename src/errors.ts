/**
 * Errors that the package throws, and the words for values in their messages.
 *
 * Wrong arguments throw a TypeError (wrong kind) or a RangeError (wrong value). The message names the argument, states
 * the requirement and describes the value. All other errors are classes of this file. Each has a `code`, which minified
 * builds keep. No message is longer than 500 characters or contains control characters.
 */

/** Longest message, in UTF-16 code units. */
const MAX_MESSAGE = 500;

/** Longest quotation from a caller or a file within a message. */
const MAX_QUOTE = 80;

/** Which error it is: the same in every build and every copy of the package. */
export type ErrorCode = "format" | "unsupported" | "source" | "disposed" | "execution";

/** The base of all errors of the package. */
export abstract class PackageError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(printable(message, MAX_MESSAGE), options);
  }
}

/** The model cannot be used: a FormatError or an UnsupportedError. The message names the part and the reason. */
export abstract class ModelError extends PackageError {
  static override readonly name: string = "ModelError";
}

/** The model file is damaged, or is not a model file. */
export class FormatError extends ModelError {
  static override readonly name: string = "FormatError";
  override readonly name: string = "FormatError";
  override readonly code: ErrorCode = "format";
}

/** The model is valid, but it or an option needs something that this package or this runtime does not support. */
export class UnsupportedError extends ModelError {
  static override readonly name: string = "UnsupportedError";
  override readonly name: string = "UnsupportedError";
  override readonly code: ErrorCode = "unsupported";
}

/** A file, address or response cannot be read. `cause` is the error of the file system or of fetch(), if there is one. */
export class SourceError extends PackageError {
  static override readonly name: string = "SourceError";
  override readonly name: string = "SourceError";
  override readonly code: ErrorCode = "source";
}

/** A network was used after its dispose(). */
export class DisposedError extends PackageError {
  static override readonly name: string = "DisposedError";
  override readonly name: string = "DisposedError";
  override readonly code: ErrorCode = "disposed";
}

/**
 * A run stopped: a kernel trapped, or a thread threw. The network cannot run again. `cause` is the error of the calling
 * thread, if it was that one.
 */
export class ExecutionError extends PackageError {
  static override readonly name: string = "ExecutionError";
  override readonly name: string = "ExecutionError";
  override readonly code: ErrorCode = "execution";
}

/** Describes a value for a message: `Uint8Array of length 3`, `string "abc"`, `NaN`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `string ${quote(value)}`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return printable(String(value), MAX_QUOTE);
  if (Array.isArray(value)) return `array of length ${value.length}`;
  const kind = printable(kindOf(value), MAX_QUOTE);
  return ArrayBuffer.isView(value) && "length" in value ? `${kind} of length ${value.length}` : kind;
}

/** The name of an object's class, from its prototype: JSON may have a `constructor` that is anything. */
function kindOf(value: object): string {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name ? name : "object";
}

/** Quotes a text that a caller or a file brought, such as a name or a path, shortened and without control characters. */
export function quote(text: string): string {
  return JSON.stringify(printable(text, MAX_QUOTE));
}

/** The text in at most `length` characters, with U+FFFD for control characters and unpaired surrogates. */
export function printable(text: string, length = MAX_MESSAGE): string {
  const short = text.length > length ? `${text.slice(0, length - 1)}…` : text;
  return short.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, "\ufffd");
}
