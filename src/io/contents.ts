/** The bytes of a source, the files that a caller passes by name, and the bounds and errors that all ways of reading share. */
import { printable, SourceError } from "../errors.js";

/** Longest name of a source in a message. */
export const MAX_NAME = 200;

/** The files of a model by name: one file, or several of which one names the others. */
export type Files = Readonly<Record<string, Uint8Array | ArrayBuffer>>;

/** A `File` of a page, or of Node 20 or later. */
export interface FileObject {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The bytes of a source. */
export interface Contents {
  readonly bytes: Uint8Array;
  /** Reads a file in the same folder, or in one below it; undefined if the source is in none. */
  readonly beside?: ((path: string) => Promise<Uint8Array>) | undefined;
  /** The name of this file, if the source was its folder. */
  readonly inFolder?: string | undefined;
  /**
   * Gives back the memory of all but the first so many bytes, in steps of a megabyte. undefined if the bytes are the
   * caller's.
   */
  readonly keepFirst?: ((length: number) => void) | undefined;
}

/** The number of bytes that may still be read. */
export class Budget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Throws RangeError if so many bytes are too many. */
  take(bytes: number, name: string): void {
    if (bytes > this.#left)
      throw new RangeError(`${printable(name, MAX_NAME)} has ${bytes} bytes; "maxMemory" allows ${this.#left}`);
    this.#left -= bytes;
  }
}

export function unreadable(name: string, reason: string, cause?: unknown): SourceError {
  const options = cause === undefined ? undefined : { cause };
  return new SourceError(`cannot read ${printable(name, MAX_NAME)}: ${reason}`, options);
}

/** Runs an action of the runtime; its error becomes the cause of a SourceError. */
export async function attempt<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw unreadable(name, reasonOf(error), error);
  }
}

/** `fetch` says only that it failed; the reason is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && cause.message ? `${message}: ${cause.message}` : message;
}

/** A path below a folder, as a URL has it. */
export function encoded(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/**
 * The URL of a file in the folder of another one, with the same query.
 *
 * @internal Consumers without the types of URL read the declarations of this file.
 */
export function resolved(path: string, base: string): URL {
  const url = new URL(encoded(path), base);
  url.search = new URL(base).search;
  return url;
}

/** Shrinking by less costs more than the memory is worth: the engine gives pages back one call at a time. */
const LEAST_SHRINKAGE = 2 ** 20;

/** Makes room for bytes, in a buffer that can shrink where the engine has such. */
export function reserve(length: number): Contents {
  const buffer = new ArrayBuffer(length, { maxByteLength: length });
  const keepFirst = (kept: number) => {
    if (kept === 0 || buffer.byteLength - kept >= LEAST_SHRINKAGE) buffer.resize(kept);
  };
  // With its length, so that it does not follow the buffer's.
  return { bytes: new Uint8Array(buffer, 0, length), keepFirst: buffer.resizable ? keepFirst : undefined };
}
