/** The network of an isolate, and where its model comes from. */
import { loadModel, type Network } from "mobilenet-simd";
import { Refusal } from "./errors.ts";
import { within } from "./within.ts";

/** Half of an isolate's memory. */
const MAX_MODEL_BYTES = 64 * 2 ** 20;

const MOST_SECONDS = 20;

export interface Loaded {
  readonly network: Network;
  /** The version of the model where that may change, such as an ETag. */
  readonly version?: string;
}

/** Loads a network; undefined if the model still has the version `known`. */
export type ModelSource<Env> = (env: Env, known: string | undefined) => Promise<Loaded | undefined>;

/** Loads a network when a request first needs it, once for all requests of the isolate, and again when its model changes. */
export class IsolateModel<Env> {
  readonly #source: ModelSource<Env>;
  readonly #checkSeconds: (env: Env) => number;
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded | undefined> | undefined;
  /** When the version was asked for, in milliseconds. */
  #checked = 0;

  /** @param checkSeconds how often to ask for a new version. Default: never. */
  constructor(source: ModelSource<Env>, checkSeconds: (env: Env) => number = () => Infinity) {
    this.#source = source;
    this.#checkSeconds = checkSeconds;
  }

  /** @throws Refusal 503 if the model cannot be loaded; the next call tries again. */
  async get(env: Env, ctx: ExecutionContext): Promise<Network> {
    if (this.#loaded) {
      if (Date.now() - this.#checked >= this.#checkSeconds(env) * 1000) this.#check(env, ctx);
      return this.#loaded.network;
    }
    const loading = (this.#loading ??= this.#load(env));
    // What one request began, others wait for: it goes on when that one is cancelled.
    ctx.waitUntil(loading.catch(() => undefined));
    try {
      await within(MOST_SECONDS, loading, () => new Error(`no answer in ${MOST_SECONDS} s`));
      return this.#loaded!.network;
    } catch (error) {
      if (this.#loading === loading) this.#loading = undefined;
      console.error("the model cannot be loaded:", error);
      throw new Refusal(503, "the model cannot be loaded", { "retry-after": "10" });
    }
  }

  /** Asks for a new version while requests go on with the one that is there, which stays if there is no better one. */
  #check(env: Env, ctx: ExecutionContext): void {
    this.#checked = Date.now();
    ctx.waitUntil(this.#load(env).catch((error) => console.error("the model cannot be replaced:", error)));
  }

  async #load(env: Env): Promise<Loaded | undefined> {
    const loaded = await this.#source(env, this.#loaded?.version);
    this.#checked = Date.now();
    if (loaded) this.#loaded = loaded; // requests that hold the last one still may run it, so it is not disposed of
    return loaded;
  }
}

/** A model that is deployed with the Worker: compiled, or the bytes of a .tflite file. */
export async function fromCode(model: WebAssembly.Module | ArrayBuffer): Promise<Loaded> {
  return { network: await loadModel(model, { maxMemory: MAX_MODEL_BYTES }) };
}

/**
 * A .tflite model in a bucket, as a stream, so that the file and the network are never both whole in memory. A compiled
 * model cannot come from here: Workers compile WebAssembly when they are deployed and refuse to compile bytes later.
 */
export async function fromBucket(bucket: R2Bucket, key: string, known?: string): Promise<Loaded | undefined> {
  const onlyIf = known === undefined ? {} : { onlyIf: { etagDoesNotMatch: known } };
  const object: R2ObjectBody | R2Object | null = await bucket.get(key, onlyIf);
  if (!object) throw new Error(`no object "${key}" in the bucket`);
  if (!("body" in object) || !object.body) return undefined;
  const response = new Response(object.body, { headers: { "content-length": String(object.size) } });
  return { network: await loadModel(response, { maxMemory: MAX_MODEL_BYTES }), version: object.etag };
}

/** A .tflite model among the static assets; a compiled one cannot come from here either. */
export async function fromAssets(assets: Fetcher, path: string): Promise<Loaded> {
  const response = await assets.fetch(new URL(path, "https://assets.invalid"));
  return { network: await loadModel(response, { maxMemory: MAX_MODEL_BYTES }) };
}
