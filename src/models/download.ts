/** Downloads a file of a known size, and resumes where a connection broke off. */
import { printable, SourceError } from "../errors.js";
import type { GlobalInstance } from "../io/source.js";

export interface Progress {
  /** Bytes so far, earlier attempts included. */
  readonly received: number;
  readonly total: number;
}

export interface DownloadOptions {
  /** The file's bytes; the first `received` of them are there already. Its length is the file's. */
  readonly bytes: Uint8Array;
  readonly received: number;
  readonly signal?: GlobalInstance<"AbortSignal"> | undefined;
  /** Called with each piece and its offset. The offset is below that of the last piece if the server starts over. */
  readonly onChunk: (chunk: Uint8Array, offset: number) => void | Promise<void>;
}

/** Broken connections per download. Each attempt must have brought bytes, or the next one is the last. */
const MAX_ATTEMPTS = 10;

/** Longest address in a message. */
const MAX_ADDRESS = 300;

export function cannotFetch(url: string, reason: string, cause?: unknown): SourceError {
  return new SourceError(
    `cannot fetch ${printable(url, MAX_ADDRESS)}: ${reason}`,
    cause === undefined ? undefined : { cause },
  );
}

/**
 * Fills `bytes` from an address.
 *
 * @throws SourceError if the server answers with an error status, a page or a file of another size, or if connections break
 * off too often; the reason of `signal` if it aborts.
 */
export async function download(url: string, options: DownloadOptions): Promise<void> {
  const transfer = new Transfer(url, options);
  for (let attempts = 1; ; ++attempts) {
    const before = transfer.received;
    const failure = await transfer.attempt();
    if (transfer.received === options.bytes.length) return;
    if (transfer.received <= before || attempts === MAX_ATTEMPTS) {
      const reason = failure === undefined ? "the server closed the connection" : reasonOf(failure);
      const some = transfer.received ? ` after ${transfer.received} of ${options.bytes.length} bytes` : "";
      throw cannotFetch(url, reason + some, failure);
    }
  }
}

class Transfer {
  received: number;
  readonly #url: string;
  readonly #options: DownloadOptions;

  constructor(url: string, options: DownloadOptions) {
    this.#url = url;
    this.#options = options;
    this.received = options.received;
  }

  /** Reads until the end of one response. Returns the error that broke the connection, if one did. */
  async attempt(): Promise<unknown> {
    const { signal } = this.#options;
    let response: Response;
    try {
      const headers = this.received ? { range: `bytes=${this.received}-` } : {};
      response = await fetch(this.#url, { headers, ...(signal && { signal }) });
    } catch (error) {
      signal?.throwIfAborted();
      return error;
    }
    try {
      this.#check(response);
    } catch (error) {
      await response.body?.cancel().catch(() => undefined);
      throw error;
    }
    return this.#read(response);
  }

  /** Throws SourceError unless the response is the rest of the file, or all of it. */
  #check({ ok, status, headers }: Response): void {
    const total = this.#options.bytes.length;
    if (!ok) throw cannotFetch(this.#url, `HTTP status ${status}`);
    if (status === 206) {
      // Pages see this header only if the server exposes it; the checksum finds what it would have told.
      const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
      if (start !== undefined && Number(start) !== this.received) {
        throw cannotFetch(this.#url, `expected the bytes from ${this.received} on, got those from ${start} on`);
      }
    } else {
      this.received = 0;
    }
    if (/^text\/html\b/i.test(headers.get("content-type") ?? "")) {
      throw cannotFetch(this.#url, "the server answered with an HTML page");
    }
    const announced = headers.get("content-length");
    // The length of an encoded body is not that of its contents.
    if (announced === null || headers.has("content-encoding")) return;
    if (this.received + Number(announced) !== total) {
      throw cannotFetch(this.#url, `expected ${total - this.received} bytes, got ${announced}`);
    }
  }

  async #read({ body }: Response): Promise<unknown> {
    const { bytes, signal, onChunk } = this.#options;
    const reader = body?.getReader();
    if (!reader) return undefined;
    for (;;) {
      let result: Awaited<ReturnType<typeof reader.read>>;
      try {
        result = await reader.read();
      } catch (error) {
        signal?.throwIfAborted();
        return error;
      }
      if (result.done) return undefined;
      const chunk = result.value;
      try {
        if (this.received + chunk.length > bytes.length) {
          throw cannotFetch(this.#url, `expected ${bytes.length} bytes, got more`);
        }
        bytes.set(chunk, this.received);
        await onChunk(chunk, this.received);
        this.received += chunk.length;
        signal?.throwIfAborted();
      } catch (error) {
        await reader.cancel().catch(() => undefined);
        throw error;
      }
    }
  }
}

/** `fetch` says only that it failed; the reason is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  return cause instanceof Error && cause.message ? `${message}: ${cause.message}` : message;
}
