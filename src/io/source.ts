/** Reads bytes from paths, URLs, responses and memory. */
import { describe } from "../errors.js";
import {
  attempt,
  Budget,
  encoded,
  reserve,
  resolved,
  unreadable,
  type Contents,
  type FileObject,
  type Files,
} from "./contents.js";
import type { Bounds } from "./response.js";

export type { Contents, FileObject, Files } from "./contents.js";

/**
 * Bytes, a Response, or a location: a URL, which in pages may be relative, or in Node, Deno and Bun a path.
 */
export type Source = Uint8Array | ArrayBuffer | GlobalInstance<"Response"> | GlobalInstance<"URL"> | string;

/** Instances of a global class; never where the types of the runtime do not declare it, so that ours need no "dom". */
export type GlobalInstance<Name extends string> =
  typeof globalThis extends Readonly<Record<Name, { prototype: infer T }>> ? T : never;

/** A compiled WebAssembly module, where the types of the runtime have one. */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : never;

/** Throws RangeError for a memory limit that is not a positive number of bytes. */
export function checkMaxMemory(maxMemory: unknown): void {
  if (typeof maxMemory !== "number" || !(maxMemory > 0)) {
    throw new RangeError(`"maxMemory" must be a positive number of bytes, got ${describe(maxMemory)}`);
  }
}

/** Throws TypeError for a signal that is none. */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`"signal" must be an AbortSignal, got ${describe(signal)}`);
  }
}

/**
 * Reads a source whole; of a folder or of several files the one that is the model.
 *
 * @param limit bytes that it may have, the files beside it included.
 * @param signal ends a transfer.
 * @throws TypeError if it is not a Source or Files, RangeError if it is larger than `limit`, SourceError if it cannot be
 * read or a server sends nothing for 30 s; the messages name it. The reason of the signal, as it is.
 */
export async function readSource(
  source: Source | Files | Iterable<FileObject>,
  argument: string,
  limit: number,
  signal?: GlobalInstance<"AbortSignal">,
): Promise<Contents> {
  const budget = new Budget(limit);
  const bounds = { budget, signal };
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return { bytes: bytesOf(source) };
  if (source instanceof URL) return source.protocol === "file:" ? readFile(source, budget) : readUrl(source, bounds);
  if (typeof source === "string") {
    if (/^(https?|data|blob):/.test(source)) return readUrl(new URL(source), bounds);
    return isPage() ? readUrl(new URL(source, location.href), bounds) : readFile(source, budget);
  }
  if (areFiles(source)) {
    return (await import("./folder.js")).openFiles(source, argument, (bytes, name) => budget.take(bytes, name));
  }
  // Last, because Node loads its whole fetch to say what a Response is.
  if (source instanceof Response) return (await import("./response.js")).readResponse(source, bounds);
  throw new TypeError(
    `"${argument}" must be Uint8Array, ArrayBuffer, Response, URL, path or a record of bytes by name, got ${describe(source)}`,
  );
}

function bytesOf(source: Uint8Array | ArrayBuffer): Uint8Array {
  return source instanceof Uint8Array ? source : new Uint8Array(source);
}

function areFiles(source: unknown): source is Files | Iterable<FileObject> {
  if (typeof source !== "object" || source === null) return false;
  const files = Object.values(source);
  const areBytes = files.every((file) => file instanceof Uint8Array || file instanceof ArrayBuffer);
  return Symbol.iterator in source || (files.length > 0 && areBytes);
}

/** Requests a URL at once; the code that reads the answer arrives meanwhile. */
async function readUrl(url: URL, bounds: Bounds): Promise<Contents> {
  if (/^https?:/.test(url.href) && url.pathname.endsWith("/")) {
    const { searchFolder } = await import("./folder.js");
    return searchFolder((name) => readUrl(resolved(name, url.href), bounds));
  }
  const stop = new AbortController();
  const response = fetch(url, { signal: stop.signal });
  response.catch(() => undefined); // receive() throws it
  return (await import("./response.js")).receive({ url, response, stop }, bounds);
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
  const entry = await attempt(name, async () => fs.statSync(path, { throwIfNoEntry: false }));
  if (entry?.isDirectory()) {
    const { openFolder } = await import("./folder.js");
    const within = (file: string) => (path instanceof URL ? new URL(encoded(file), `${path.href}/`) : join(path, file));
    return openFolder(name, fs.readdirSync(path), (file) => readFile(within(file), budget));
  }
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
