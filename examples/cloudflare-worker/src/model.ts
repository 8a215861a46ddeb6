/** The network of an isolate, and where its model comes from. */
import { loadModel, type Network } from "mobilenet-simd";
import { Refusal } from "./errors.ts";
import { within } from "./within.ts";

/** Half of an isolate's memory. */
const MAX_MODEL_BYTES = 64 * 2 ** 20;

const MOST_SECONDS = 20;

/** Loads a network when a request first needs it, and once for all requests of the isolate. */
export class IsolateModel<Env> {
  readonly #load: (env: Env) => Promise<Network>;
  #network: Network | undefined;
  #loading: Promise<Network> | undefined;

  constructor(load: (env: Env) => Promise<Network>) {
    this.#load = load;
  }

  /** @throws Refusal 503 if the model cannot be loaded; the next call tries again. */
  async get(env: Env, ctx: ExecutionContext): Promise<Network> {
    if (this.#network) return this.#network;
    const loading = (this.#loading ??= this.#load(env));
    // What one request began, others wait for: it goes on when that one is cancelled.
    ctx.waitUntil(loading.catch(() => undefined));
    try {
      this.#network = await within(MOST_SECONDS, loading, () => new Error(`no answer in ${MOST_SECONDS} s`));
      return this.#network;
    } catch (error) {
      if (this.#loading === loading) this.#loading = undefined;
      console.error("the model cannot be loaded:", error);
      throw new Refusal(503, "the model cannot be loaded", { "retry-after": "10" });
    }
  }
}

/** A model that is part of the Worker. */
export function fromBytes(model: ArrayBuffer): Promise<Network> {
  return loadModel(model, { maxMemory: MAX_MODEL_BYTES });
}

/** A model in a bucket, as a stream that never is in memory twice. */
export async function fromBucket(bucket: R2Bucket, key: string): Promise<Network> {
  const object = await bucket.get(key);
  if (!object) throw new Error(`no object "${key}" in the bucket`);
  const response = new Response(object.body, { headers: { "content-length": String(object.size) } });
  return loadModel(response, { maxMemory: MAX_MODEL_BYTES });
}

/** A model among the static assets. */
export async function fromAssets(assets: Fetcher, path: string): Promise<Network> {
  return loadModel(await assets.fetch(new URL(path, "https://assets.invalid")), { maxMemory: MAX_MODEL_BYTES });
}
