/** Bodies, read whole into memory. They share a budget, which goes to whoever sends fastest. */
import { Refusal } from "./errors.ts";

/** Bytes of one picture's file. */
export const MAX_BODY_BYTES = 8 * 2 ** 20;

/** Bytes of all files that requests hold at the same time; an isolate has 128 MB for everything. */
const MAX_HELD_BYTES = 3 * MAX_BODY_BYTES;

/** How often the pace of an upload is measured. */
const TICK_MS = 500;

/** An upload that brings fewer bytes in each of so many ticks has stalled: 16 KB a second, for 5 seconds. */
const LEAST_PACE = 8192;
const MOST_SLOW_TICKS = 10;

/** Ticks until a body has to be there: 30 seconds. */
const MOST_TICKS = 60;

/** How long a body waits for room before it is refused, longer than a tick. */
const ROOM_MS = 700;
const ROOM_POLL_MS = 50;

let held = 0;

/** The uploads that are arriving. */
const uploads = new Set<Upload>();

/**
 * Reads a body and hands it to `use`.
 *
 * @param length the value of its Content-Length, if there is one.
 * @throws Refusal 413 for a body above the limit, 400 for an empty one, 408 for one that breaks off, stalls or takes longer
 * than 30 seconds, 503 if there is no room or another upload needed it more.
 */
export async function withBody<T>(
  body: ReadableStream<Uint8Array> | null,
  length: string | null,
  use: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  const upload = new Upload();
  try {
    if (body) await upload.receive(body, length);
    const { bytes } = upload;
    if (bytes.length === 0) throw new Refusal(400, "expected a picture in the body, got none");
    return await use(bytes);
  } finally {
    upload.release();
  }
}

class Upload {
  /** Grows in place: bytes that have come are never copied. */
  readonly #buffer = new ArrayBuffer(0, { maxByteLength: MAX_BODY_BYTES });
  /** Bytes that came in the last whole tick. A new upload is given the benefit of the doubt. */
  #pace = Infinity;
  #measured = 0;
  #ticks = 0;
  #slowTicks = 0;
  /** Why the rest is not read; set by this upload's clock, or by another upload that takes its room. */
  #stopped: Refusal | undefined;

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, 0, this.#buffer.byteLength);
  }

  async receive(body: ReadableStream<Uint8Array>, length: string | null): Promise<void> {
    const reader = body.getReader();
    const stop = Promise.withResolvers<never>();
    stop.promise.catch(() => undefined); // nobody may be waiting
    // Each upload has a clock in its own request: in workerd no request may end another's reading.
    const clock = setInterval(() => {
      this.#tick();
      if (this.#stopped) stop.reject(this.#stopped);
    }, TICK_MS);
    uploads.add(this);
    try {
      if (Number(length) > MAX_BODY_BYTES) throw tooLarge();
      for (;;) {
        const { done, value } = await Promise.race([reader.read(), stop.promise]);
        if (this.#stopped) throw this.#stopped;
        if (done) return;
        await this.#append(value);
      }
    } catch (error) {
      await reader.cancel().catch(() => undefined);
      throw error instanceof Refusal ? error : new Refusal(408, "the picture did not arrive whole");
    } finally {
      clearInterval(clock);
      uploads.delete(this);
    }
  }

  async #append(chunk: Uint8Array): Promise<void> {
    const start = this.#buffer.byteLength;
    if (start + chunk.length > MAX_BODY_BYTES) throw tooLarge();
    for (let waited = 0; held + chunk.length > MAX_HELD_BYTES; waited += ROOM_POLL_MS) {
      if (this.#takeRoom()) continue;
      if (waited >= ROOM_MS) throw busy("busy");
      await new Promise((resolve) => setTimeout(resolve, ROOM_POLL_MS));
      if (this.#stopped) throw this.#stopped;
    }
    held += chunk.length;
    this.#buffer.resize(start + chunk.length);
    new Uint8Array(this.#buffer, start).set(chunk);
  }

  /** Stops the slowest of the uploads that hold memory, if it is slower than this one. */
  #takeRoom(): boolean {
    let slowest: Upload | undefined;
    for (const upload of uploads) {
      if (upload.#buffer.byteLength > 0 && upload.#pace < (slowest ?? this).#pace) slowest = upload;
    }
    if (!slowest) return false;
    slowest.#stopped ??= busy("busy, and this upload was the slowest");
    slowest.release();
    return true;
  }

  #tick(): void {
    const received = this.#buffer.byteLength;
    this.#pace = received - this.#measured;
    this.#measured = received;
    this.#slowTicks = this.#pace < LEAST_PACE ? this.#slowTicks + 1 : 0;
    const isLate = ++this.#ticks >= MOST_TICKS || this.#slowTicks >= MOST_SLOW_TICKS;
    if (isLate) this.#stopped ??= new Refusal(408, "the picture took too long to arrive");
  }

  release(): void {
    held -= this.#buffer.byteLength;
    this.#buffer.resize(0);
  }
}

function busy(message: string): Refusal {
  return new Refusal(503, message, { "retry-after": "1" });
}

function tooLarge(): Refusal {
  return new Refusal(413, `the picture has more than ${MAX_BODY_BYTES} bytes`);
}
