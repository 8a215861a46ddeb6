/** Bytes from wherever a caller has them. */
import { describe } from "./errors.js";

/**
 * Bytes, a response that brings them, or where they are: a URL, which in pages may be relative, or in Node, Deno and Bun a
 * path.
 */
export type Source = Uint8Array | ArrayBuffer | Response | URL | string;

/** What a source holds. */
export interface Contents {
  readonly bytes: Uint8Array;
  /** Gives back the memory of all but the first so many bytes. undefined if the bytes are the caller's. */
  readonly keepFirst?: ((length: number) => void) | undefined;
}

/**
 * Reads a source whole.
 *
 * @param limit bytes that it may have.
 * @throws TypeError if it is none of the kinds above, RangeError if it is larger than `limit`, Error if it cannot be
 * read; the messages name it.
 */
export async function readSource(source: Source, argument: string, limit: number): Promise<Contents> {
  if (source instanceof Uint8Array) return { bytes: source };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source) };
  if (source instanceof URL)
    return source.protocol === "file:" ? readFile(source, limit) : fetchBytes(source.href, limit);
  if (typeof source === "string") {
    if (/^(https?|data|blob):/.test(source)) return fetchBytes(source, limit);
    return isPage() ? fetchBytes(new URL(source, location.href).href, limit) : readFile(source, limit);
  }
  // Last, because Node loads its whole fetch to say what a Response is.
  if (source instanceof Response) return readResponse(source, source.url, limit);
  throw new TypeError(`"${argument}" expected Uint8Array, ArrayBuffer, Response, URL or path, got ${describe(source)}`);
}

async function fetchBytes(url: string, limit: number): Promise<Contents> {
  return readResponse(await fetch(url), url, limit);
}

async function readResponse(response: Response, url: string, limit: number): Promise<Contents> {
  const name = url || "the response";
  if (!response.ok) throw new Error(`cannot read ${name}: HTTP status ${response.status}`);
  const length = Number(response.headers.get("content-length") ?? NaN);
  // The length of an encoded body is not that of its contents.
  if (!response.body || !(length >= 0) || response.headers.has("content-encoding")) {
    return { bytes: new Uint8Array(await response.arrayBuffer()) };
  }
  const contents = reserve(length, limit, name);
  let received = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (received + value.length > length)
      throw new Error(`cannot read ${name}: more than the ${length} bytes announced`);
    contents.bytes.set(value, received);
    received += value.length;
  }
  if (received < length) throw new Error(`cannot read ${name}: ${received} of the ${length} bytes announced`);
  return contents;
}

/** Not an import: bundlers for browsers and Workers would look for the module. */
const fileSystem = () => globalThis.process?.getBuiltinModule?.("node:fs/promises");

/** Whether this is a page or a worker of one, which knows addresses beside its own and no paths. */
function isPage(): boolean {
  return !fileSystem() && typeof location !== "undefined";
}

async function readFile(path: string | URL, limit: number): Promise<Contents> {
  const fs = fileSystem();
  if (!fs)
    throw new TypeError(`cannot read the path ${String(path)}: this runtime has no file system; give bytes or a URL`);
  const file = await fs.open(path);
  try {
    const { size } = await file.stat();
    const contents = reserve(size, limit, String(path));
    for (let position = 0; position < size;) {
      const { bytesRead } = await file.read(contents.bytes, position, size - position, position);
      if (bytesRead === 0) throw new Error(`cannot read ${String(path)}: it became shorter`);
      position += bytesRead;
    }
    return contents;
  } finally {
    await file.close();
  }
}

/** Room for so many bytes, in a buffer that can shrink where the engine has such. */
function reserve(length: number, limit: number, name: string): Contents {
  if (length > limit) throw new RangeError(`${name} has ${length} bytes; "maxMemory" allows ${limit}`);
  const buffer = new ArrayBuffer(length, { maxByteLength: length });
  // With its length, so that it does not follow the buffer's.
  return {
    bytes: new Uint8Array(buffer, 0, length),
    keepFirst: buffer.resizable ? (kept) => buffer.resize(kept) : undefined,
  };
}
