/** Where downloaded models are kept: a folder in Node, Deno and Bun, the Cache API in pages and Workers. */
import type { FileHandle } from "node:fs/promises";
import { SourceError } from "../errors.js";

/** A file of the cache. Its methods reject if the cache cannot be read or written. */
export interface CachedFile {
  /** The file if it is complete and has so many bytes. */
  read(bytes: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Keeps a complete file, and drops what interrupted downloads left. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Opens what interrupted downloads left; undefined where nothing outlives them. */
  partial?(): Promise<PartialFile>;
}

/** The first bytes of a file. */
export interface PartialFile {
  /** Nothing if there are more than `most` bytes. */
  read(most: number): Promise<Uint8Array>;
  /**
   * Writes a piece at its offset. Several processes may write at once, because all write the same bytes to the same
   * offsets.
   */
  write(chunk: Uint8Array, offset: number): Promise<void>;
  close(): Promise<void>;
  /** Deletes it, for a file that turned out to be another one. */
  discard(): Promise<void>;
}

/** Not an import: bundlers for browsers and Workers would look for the module. */
const builtin = () => globalThis.process?.getBuiltinModule;

/**
 * A file of the cache.
 *
 * @param folder a path; undefined for the default cache of this runtime.
 * @returns undefined where the runtime has no cache.
 */
export function cachedFile(name: string, folder: string | undefined): CachedFile | undefined {
  if (folder !== undefined) return new FileInFolder(folder, name);
  // Deno has both, and only the folder is shared with other runtimes.
  const hasCaches = typeof caches !== "undefined" && !("Deno" in globalThis);
  if (hasCaches) return new FileOfCaches(name);
  return builtin()?.("node:fs") ? new FileInFolder(defaultFolder(), name) : undefined;
}

/** The folder that the operating system has for caches of this package; MOBILENET_SIMD_CACHE names another. */
export function defaultFolder(): string {
  const { env, platform } = process;
  const { join } = process.getBuiltinModule("node:path");
  if (env.MOBILENET_SIMD_CACHE) return env.MOBILENET_SIMD_CACHE;
  const home = process.getBuiltinModule("node:os").homedir();
  if (platform === "darwin") return join(home, "Library", "Caches", "mobilenet-simd");
  if (platform === "win32") {
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "mobilenet-simd", "Cache");
  }
  return join(env.XDG_CACHE_HOME ?? join(home, ".cache"), "mobilenet-simd");
}

class FileInFolder implements CachedFile {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string, name: string) {
    if (!builtin()) throw new SourceError("this runtime has no file system for the folder of the cache");
    this.#folder = folder;
    this.#path = process.getBuiltinModule("node:path").join(folder, name);
  }

  async read(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { stat, readFile } = process.getBuiltinModule("node:fs/promises");
    const { size } = (await stat(this.#path).catch(noneIfMissing)) ?? {};
    return size === length ? new Uint8Array(await readFile(this.#path)) : undefined;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { mkdir, rename, rm, writeFile } = process.getBuiltinModule("node:fs/promises");
    await mkdir(this.#folder, { recursive: true });
    const own = `${this.#path}.${crypto.randomUUID()}`;
    await writeFile(own, bytes);
    await rename(own, this.#path); // nobody reads half a file
    await rm(this.#partialPath, { force: true });
  }

  async partial(): Promise<PartialFile> {
    const { mkdir, open, rm } = process.getBuiltinModule("node:fs/promises");
    const { O_CREAT, O_RDWR } = process.getBuiltinModule("node:fs").constants;
    await mkdir(this.#folder, { recursive: true });
    const file: FileHandle = await open(this.#partialPath, O_CREAT | O_RDWR); // neither truncates nor appends
    return {
      read: async (most) => ((await file.stat()).size > most ? new Uint8Array(0) : file.readFile()),
      write: async (chunk, offset) => {
        for (let at = 0; at < chunk.length;) {
          at += (await file.write(chunk, at, chunk.length - at, offset + at)).bytesWritten;
        }
      },
      close: () => file.close(),
      discard: () => rm(this.#partialPath, { force: true }),
    };
  }

  get #partialPath(): string {
    return `${this.#path}.partial`;
  }
}

function noneIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

class FileOfCaches implements CachedFile {
  readonly #address: string;

  constructor(name: string) {
    this.#address = `https://mobilenet-simd.invalid/${name}`; // a key, which nothing requests
  }

  async read(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const response = await (await caches.open("mobilenet-simd")).match(this.#address);
    const bytes = response && new Uint8Array(await response.arrayBuffer());
    return bytes?.length === length ? bytes : undefined;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await (await caches.open("mobilenet-simd")).put(this.#address, new Response(bytes));
  }
}
