/** Reads bytes from paths, URLs, responses and memory. */
import { describe, printable, quote, SourceError } from "../errors.js";

/**
 * Bytes, a Response, or a location: a URL, which in pages may be relative, or in Node, Deno and Bun a path.
 */
export type Source = Uint8Array | ArrayBuffer | GlobalInstance<"Response"> | GlobalInstance<"URL"> | string;

/** Instances of a global class; never where the types of the runtime do not declare it, so that ours need no "dom". */
export type GlobalInstance<Name extends string> =
  typeof globalThis extends Readonly<Record<Name, { prototype: infer T }>> ? T : never;

/** A compiled WebAssembly module, where the types of the runtime have one. */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : never;

/** The files of a model by name: one file, or several of which one ends in `.json` or `.onnx` and names the others. */
export type Files = Readonly<Record<string, Uint8Array | ArrayBuffer>>;

/** Longest name of a source in a message. */
const MAX_NAME = 200;

/** The bytes of a source. */
export interface Contents {
  readonly bytes: Uint8Array;
  /** Reads a file in the same folder, or in one below it; undefined if the source is in none. */
  readonly beside?: ((path: string) => Promise<Uint8Array>) | undefined;
  /**
   * Gives back the memory of all but the first so many bytes, in steps of a megabyte. undefined if the bytes are the
   * caller's.
   */
  readonly keepFirst?: ((length: number) => void) | undefined;
}

/** Throws RangeError for a memory limit that is not a positive number of bytes. */
export function checkMaxMemory(maxMemory: unknown): void {
  if (typeof maxMemory !== "number" || !(maxMemory > 0)) {
    throw new RangeError(`"maxMemory" must be a positive number of bytes, got ${describe(maxMemory)}`);
  }
}

/** The number of bytes that may still be read. */
class Budget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(bytes: number, name: string): void {
    if (bytes > this.#left)
      throw new RangeError(`${printable(name, MAX_NAME)} has ${bytes} bytes; "maxMemory" allows ${this.#left}`);
    this.#left -= bytes;
  }
}

/**
 * Reads a source whole.
 *
 * @param limit bytes that it may have, the files beside it included.
 * @throws TypeError if it is not a Source or Files, RangeError if it is larger than `limit`, SourceError if it cannot be
 * read; the messages name it.
 */
export async function readSource(source: Source | Files, argument: string, limit: number): Promise<Contents> {
  const budget = new Budget(limit);
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return { bytes: bytesOf(source) };
  if (source instanceof URL) return source.protocol === "file:" ? readFile(source, budget) : readUrl(source, budget);
  if (typeof source === "string") {
    if (/^(https?|data|blob):/.test(source)) return readUrl(new URL(source), budget);
    return isPage() ? readUrl(new URL(source, location.href), budget) : readFile(source, budget);
  }
  if (areFiles(source)) return filesByName(source, argument);
  // Last, because Node loads its whole fetch to say what a Response is.
  if (source instanceof Response) return readResponse(source, source.url, budget);
  throw new TypeError(
    `"${argument}" must be Uint8Array, ArrayBuffer, Response, URL, path or a record of bytes by name, got ${describe(source)}`,
  );
}

function bytesOf(source: Uint8Array | ArrayBuffer): Uint8Array {
  return source instanceof Uint8Array ? source : new Uint8Array(source);
}

function areFiles(source: unknown): source is Files {
  const files = typeof source === "object" && source !== null ? Object.values(source) : [];
  return files.length > 0 && files.every((file) => file instanceof Uint8Array || file instanceof ArrayBuffer);
}

function filesByName(files: Files, argument: string): Contents {
  const names = Object.keys(files);
  const [main, ...others] = names.length === 1 ? names : names.filter((name) => /\.(json|onnx)$/.test(name));
  if (main === undefined || others.length) {
    throw new TypeError(
      `"${argument}" must have one file that ends in .json or .onnx, got ${printable(names.join(", "), MAX_NAME)}`,
    );
  }
  const folder = main.slice(0, main.lastIndexOf("/") + 1);
  return {
    bytes: bytesOf(files[main]!),
    beside: async (path) => {
      const name = folder + path;
      if (!Object.hasOwn(files, name)) throw new TypeError(`"${argument}" must have the file ${quote(name)}`);
      return bytesOf(files[name]!);
    },
  };
}

async function readUrl(url: URL, budget: Budget): Promise<Contents> {
  const contents = await readResponse(await request(url), url.href, budget);
  // A server may send us elsewhere for each file, so that the others are beside what was asked for.
  return { ...contents, beside: besideUrl(url.href, budget) };
}

function request(url: URL): Promise<Response> {
  return attempt(url.href, () => fetch(url));
}

/** Runs an action of the runtime; its error becomes the cause of a SourceError. */
async function attempt<T>(name: string, action: () => Promise<T>): Promise<T> {
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

function unreadable(name: string, reason: string, cause?: unknown): SourceError {
  const options = cause === undefined ? undefined : { cause };
  return new SourceError(`cannot read ${printable(name, MAX_NAME)}: ${reason}`, options);
}

/** undefined where a URL has no folder, as with `data:` and `blob:`, or where there is none. */
function besideUrl(base: string, budget: Budget): Contents["beside"] {
  if (!/^https?:/.test(base)) return undefined;
  return async (path) => {
    const url = new URL(encoded(path), base);
    url.search = new URL(base).search;
    return (await readResponse(await request(url), url.href, budget)).bytes;
  };
}

function encoded(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

async function readResponse(response: Response, url: string, budget: Budget): Promise<Contents> {
  const name = printable(url || "the response", MAX_NAME);
  if (!response.ok) throw unreadable(name, `HTTP status ${response.status}`);
  if (response.bodyUsed) throw new TypeError(`${name} must have a body that is not read yet`);
  const announced = Number(response.headers.get("content-length") ?? NaN);
  // The length of an encoded body is not that of its contents.
  const isKnown = announced >= 0 && !response.headers.has("content-encoding");
  const read = isKnown ? readAnnounced(response, announced, name, budget) : readUnannounced(response, name, budget);
  return { ...(await read), beside: besideUrl(url, budget) };
}

/** Reads a body of a known length straight to where it stays. */
async function readAnnounced(response: Response, length: number, name: string, budget: Budget): Promise<Contents> {
  budget.take(length, name);
  const contents = reserve(length);
  let received = 0;
  await eachChunk(response, name, (chunk) => {
    if (received + chunk.length > length) {
      throw unreadable(name, `more than the ${length} bytes announced`);
    }
    contents.bytes.set(chunk, received);
    received += chunk.length;
  });
  if (received < length) throw unreadable(name, `${received} of the ${length} bytes announced`);
  return contents;
}

/** Reads a body of any length, and stops where the budget ends. */
async function readUnannounced(response: Response, name: string, budget: Budget): Promise<Contents> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  await eachChunk(response, name, (chunk) => {
    budget.take(chunk.length, `${name}, after ${length} bytes, still`);
    length += chunk.length;
    chunks.push(chunk);
  });
  const contents = reserve(length);
  let at = 0;
  for (const chunk of chunks) {
    contents.bytes.set(chunk, at);
    at += chunk.length;
  }
  return contents;
}

/** Visits a body as it arrives. An error that the visitor throws ends the transfer. */
async function eachChunk({ body }: Response, name: string, visit: (chunk: Uint8Array) => void): Promise<void> {
  if (!body) return;
  const reader = body.getReader();
  for (;;) {
    const result = await attempt(name, () => reader.read());
    if (result.done) return;
    try {
      visit(result.value);
    } catch (error) {
      await reader.cancel().catch(() => undefined);
      throw error;
    }
  }
}

/** Not an import: bundlers for browsers and Workers would look for the module. */
const fileSystem = () => globalThis.process?.getBuiltinModule?.("node:fs");

/** Whether this is a page or a worker of one, which knows addresses beside its own and no paths. */
function isPage(): boolean {
  return !fileSystem() && typeof location !== "undefined";
}

/** Reads a file at once, without giving way to other tasks: Node takes 3 ms longer to load its promises of files. */
async function readFile(path: string | URL, budget: Budget): Promise<Contents> {
  const fs = fileSystem();
  const name = String(path);
  if (!fs) throw unreadable(name, "this runtime has no file system; pass bytes or a URL");
  const { dirname, join } = process.getBuiltinModule("node:path");
  const beside = async (file: string) => {
    const other = path instanceof URL ? new URL(encoded(file), path) : join(dirname(path), file);
    return (await readFile(other, budget)).bytes;
  };
  const file = await attempt(name, async () => fs.openSync(path, "r"));
  try {
    const { size } = fs.fstatSync(file);
    budget.take(size, name);
    const contents = { ...reserve(size), beside };
    for (let position = 0; position < size;) {
      const bytesRead = await attempt(name, async () =>
        fs.readSync(file, contents.bytes, position, size - position, position),
      );
      if (bytesRead === 0) throw unreadable(name, "it became shorter");
      position += bytesRead;
    }
    return contents;
  } finally {
    fs.closeSync(file);
  }
}

/** Shrinking by less costs more than the memory is worth: the engine gives pages back one call at a time. */
const LEAST_SHRINKAGE = 2 ** 20;

/** Makes room for bytes, in a buffer that can shrink where the engine has such. */
function reserve(length: number): Contents {
  const buffer = new ArrayBuffer(length, { maxByteLength: length });
  const keepFirst = (kept: number) => {
    if (kept === 0 || buffer.byteLength - kept >= LEAST_SHRINKAGE) buffer.resize(kept);
  };
  // With its length, so that it does not follow the buffer's.
  return { bytes: new Uint8Array(buffer, 0, length), keepFirst: buffer.resizable ? keepFirst : undefined };
}
