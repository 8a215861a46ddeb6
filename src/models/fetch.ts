/** Pretrained models by name: downloaded once, verified, and kept in a cache. */
import { describe, SourceError, UnsupportedError } from "../errors.js";
import type { GlobalInstance } from "../io/source.js";
import { cachedFile, type PartialFile } from "./cache.js";
import { cannotFetch, download, type Progress } from "./download.js";
import { isModelName, MODELS, type ModelName, type PretrainedModel } from "./registry.js";

export interface FetchModelOptions {
  /**
   * A folder for downloaded models, or `false` to keep none. Default: in Node, Deno and Bun the user's cache folder, or the
   * one that the environment variable MOBILENET_SIMD_CACHE names; in pages and Workers the Cache API. Where the default
   * cache cannot be written, nothing is kept.
   */
  readonly cache?: string | false;
  /** The address of a copy of the file, which is verified all the same. Default: that of the registry. */
  readonly url?: string | GlobalInstance<"URL">;
  /** Called whenever bytes arrive; never for a model from the cache. */
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: GlobalInstance<"AbortSignal">;
}

/**
 * Returns the bytes of a pretrained model, for loadModel(). They come from the cache or from the network; either way their
 * SHA-256 is that of the registry. A download that breaks off is resumed, by a later call if necessary.
 *
 * @throws RangeError for an unknown name, SourceError if the model cannot be fetched, is another file, or a given cache
 * folder cannot be used, the reason of `signal` if it aborts, UnsupportedError without Web Crypto, as in pages that are not
 * served over HTTPS.
 */
export async function fetchModel(name: ModelName, options: FetchModelOptions = {}): Promise<Uint8Array> {
  const model = registered(name);
  const { cache, signal } = options;
  if (cache !== undefined && cache !== false && (typeof cache !== "string" || !cache)) {
    throw new TypeError(`"cache" must be a path or false, got ${describe(cache)}`);
  }
  signal?.throwIfAborted();
  const file = cache === false ? undefined : cachedFile(`${name}.tflite`, cache);
  const guard = cache === undefined ? ignoringErrors : throwingSourceErrors;
  const kept = await guard(async () => file?.read(model.bytes));
  if (kept && (await sha256(kept)) === model.sha256) return kept;
  const partial = await guard(async () => file?.partial?.());
  try {
    const bytes = await downloaded(model, options, partial, guard);
    await guard(async () => file?.write(bytes));
    return bytes;
  } finally {
    await partial?.close();
  }
}

/** Whether the default cache has the model. Its bytes are not verified. */
export async function isCached(name: ModelName): Promise<boolean> {
  const file = cachedFile(`${name}.tflite`, undefined);
  return (await ignoringErrors(async () => file?.read(MODELS[name].bytes))) !== undefined;
}

function registered(name: string): PretrainedModel {
  if (typeof name === "string" && isModelName(name)) return MODELS[name];
  throw new RangeError(`"name" must be ${Object.keys(MODELS).join(", ")}, got ${describe(name)}`);
}

/** Runs an action of the cache. */
type Guard = <T>(action: () => Promise<T>) => Promise<T | undefined>;

const ignoringErrors: Guard = (action) => action().catch(() => undefined);

const throwingSourceErrors: Guard = (action) =>
  action().catch((error: Error) => {
    throw new SourceError(`cannot use the cache: ${error.message}`, { cause: error });
  });

async function downloaded(
  model: PretrainedModel,
  { url = model.url, signal, onProgress }: FetchModelOptions,
  partial: PartialFile | undefined,
  guard: Guard,
): Promise<Uint8Array<ArrayBuffer>> {
  const address = String(url);
  const bytes = new Uint8Array(model.bytes);
  const from = async (received: number) => {
    await download(address, {
      bytes,
      received,
      signal,
      onChunk: async (chunk, offset) => {
        await guard(async () => partial?.write(chunk, offset));
        onProgress?.({ received: offset + chunk.length, total: bytes.length });
      },
    });
    return sha256(bytes);
  };
  const earlier = await guard(async () => partial?.read(bytes.length - 1));
  if (earlier?.length) {
    bytes.set(earlier);
    if ((await from(earlier.length)) === model.sha256) return bytes;
    await guard(async () => partial?.discard()); // its bytes may be wrong: once more, without them
  }
  const sum = await from(0);
  if (sum === model.sha256) return bytes;
  await guard(async () => partial?.discard());
  throw cannotFetch(address, `expected the SHA-256 ${model.sha256}, got ${sum}`);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) throw new UnsupportedError("models are verified with Web Crypto, which needs a page served over HTTPS");
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
