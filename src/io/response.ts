/** Reads the bodies of responses, within bounds of bytes and time. Loaded while the first request is on its way. */
import { printable } from "../errors.js";
import { attempt, MAX_NAME, reserve, resolved, unreadable, type Budget, type Contents } from "./contents.js";

/** How long a server may send nothing, in seconds. A caller who wants less has `signal`. */
const MOST_SILENCE = 30;

export interface Bounds {
  readonly budget: Budget;
  /** Ends the transfer; its reason is thrown as it is. */
  readonly signal?: AbortSignal | undefined;
}

/** A request, and the controller that its signal comes from. */
export interface Request {
  readonly url: URL;
  readonly response: Promise<Response>;
  readonly stop: AbortController;
}

/**
 * Reads the answer to a request.
 *
 * @throws SourceError if it fails or the server sends nothing for 30 s, RangeError if there are more bytes than the budget
 * has, the reason of the signal.
 */
export async function receive({ url, response, stop }: Request, bounds: Bounds): Promise<Contents> {
  const { href } = url;
  const transfer = new Transfer(href, stop, bounds.signal);
  try {
    const contents = await read(await transfer.wait(() => response), transfer, bounds.budget);
    // A server may send us elsewhere for each file, so that the others are beside the address of the request.
    return { ...contents, beside: besideUrl(href, bounds) };
  } catch (error) {
    stop.abort(); // nobody reads the rest
    throw error;
  } finally {
    transfer.end();
  }
}

/** Reads a response that the caller has. Throws as receive() does, and TypeError if its body has been read. */
export async function readResponse(response: Response, bounds: Bounds): Promise<Contents> {
  const transfer = new Transfer(response.url || "the response", new AbortController(), bounds.signal);
  try {
    const contents = await read(response, transfer, bounds.budget);
    return { ...contents, beside: besideUrl(response.url, bounds) };
  } finally {
    transfer.end();
  }
}

/** Waits for the parts of one transfer, and ends it when they stay away or the caller has enough. */
class Transfer {
  readonly name: string;
  readonly #stop: AbortController;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.#stop.abort(this.#signal!.reason);

  constructor(name: string, stop: AbortController, signal: AbortSignal | undefined) {
    this.name = printable(name, MAX_NAME);
    this.#stop = stop;
    this.#signal = signal;
    if (signal?.aborted) this.#abort();
    else signal?.addEventListener("abort", this.#abort);
  }

  /** Throws a SourceError if the action fails or takes too long, and the signal's reason if that comes first. */
  async wait<T>(action: () => Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    // The signal ends a fetch by itself, but not a body that the caller brought.
    let stopped: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      stopped = () => reject(signal.reason);
      if (signal.aborted) stopped();
      else signal.addEventListener("abort", stopped);
    });
    const silence = unreadable(this.name, `nothing came for ${MOST_SILENCE} s`);
    const timer = setTimeout(() => this.#stop.abort(silence), MOST_SILENCE * 1000);
    try {
      return await Promise.race([attempt(this.name, action), ended]);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stopped!);
    }
  }

  end(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
  }
}

/** undefined where a URL has no folder, as with `data:` and `blob:`, or where there is none. */
function besideUrl(base: string, bounds: Bounds): Contents["beside"] {
  if (!/^https?:/.test(base)) return undefined;
  return async (path) => {
    const url = resolved(path, base);
    const stop = new AbortController();
    return (await receive({ url, response: fetch(url, { signal: stop.signal }), stop }, bounds)).bytes;
  };
}

async function read(response: Response, transfer: Transfer, budget: Budget): Promise<Contents> {
  if (!response.ok) throw unreadable(transfer.name, `HTTP status ${response.status}`);
  if (response.bodyUsed) throw new TypeError(`${transfer.name} must have a body that is not read yet`);
  const announced = Number(response.headers.get("content-length") ?? NaN);
  // The length of an encoded body is not that of its contents.
  const isKnown = announced >= 0 && !response.headers.has("content-encoding");
  return isKnown ? readAnnounced(response, announced, transfer, budget) : readUnannounced(response, transfer, budget);
}

/** Reads a body of a known length straight to where it stays. */
async function readAnnounced(
  response: Response,
  length: number,
  transfer: Transfer,
  budget: Budget,
): Promise<Contents> {
  budget.take(length, transfer.name);
  const contents = reserve(length);
  let received = 0;
  await eachChunk(response, transfer, (chunk) => {
    if (received + chunk.length > length) {
      throw unreadable(transfer.name, `more than the ${length} bytes announced`);
    }
    contents.bytes.set(chunk, received);
    received += chunk.length;
  });
  if (received < length) throw unreadable(transfer.name, `${received} of the ${length} bytes announced`);
  return contents;
}

/** Reads a body of any length, and stops where the budget ends. */
async function readUnannounced(response: Response, transfer: Transfer, budget: Budget): Promise<Contents> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  await eachChunk(response, transfer, (chunk) => {
    budget.take(chunk.length, `${transfer.name}, after ${length} bytes, still`);
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

/** Visits a body as it arrives. An error ends the transfer. */
async function eachChunk({ body }: Response, transfer: Transfer, visit: (chunk: Uint8Array) => void): Promise<void> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const result = await transfer.wait(() => reader.read());
      if (result.done) return;
      visit(result.value);
    }
  } catch (error) {
    void reader.cancel(error).catch(() => undefined); // a stalled stream may never say that it has ended
    throw error;
  }
}
