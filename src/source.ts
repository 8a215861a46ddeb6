/** Bytes from wherever a caller has them. */
import { describe } from "./errors.js";

/** Bytes, a response that brings them, or where they are: a URL, or in Node, Deno and Bun a path. */
export type Source = Uint8Array | ArrayBuffer | Response | URL | string;

/**
 * Reads a source whole.
 *
 * @throws TypeError if it is none of the kinds above, Error if it cannot be read; the message names it.
 */
export async function readSource(source: Source, argument: string): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof URL) return source.protocol === "file:" ? readFile(source) : fetchBytes(source.href);
  if (typeof source === "string") return /^(https?|data|blob):/.test(source) ? fetchBytes(source) : readFile(source);
  // Last, because Node loads its whole fetch to say what a Response is.
  if (source instanceof Response) return readResponse(source, source.url);
  throw new TypeError(`"${argument}" expected Uint8Array, ArrayBuffer, Response, URL or path, got ${describe(source)}`);
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  return readResponse(await fetch(url), url);
}

async function readResponse(response: Response, url: string): Promise<Uint8Array> {
  if (!response.ok) throw new Error(`cannot read ${url || "the response"}: HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function readFile(path: string | URL): Promise<Uint8Array> {
  // Not an import: bundlers for browsers and Workers would look for the module.
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (!fs)
    throw new TypeError(`cannot read the path ${String(path)}: this runtime has no file system; give bytes or a URL`);
  return fs.readFile(path);
}
