/** Bodies, read whole into memory and never more of them than the isolate has room for. */
import { Refusal } from "./errors.ts";

/** Bytes of one picture's file. */
export const MAX_BODY_BYTES = 8 * 2 ** 20;

/** Bytes of all files that requests hold at the same time; an isolate has 128 MB for everything. */
const MAX_HELD_BYTES = 3 * MAX_BODY_BYTES;

let held = 0;

/**
 * Reads a body and hands it to `use`, as long as there is room.
 *
 * @param length what its Content-Length says, if there is one.
 * @throws Refusal 413 for a body above the limit, 400 for an empty or broken one, 503 if other requests hold too much.
 */
export async function withBody<T>(
  body: ReadableStream<Uint8Array> | null,
  length: string | null,
  use: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  // Grows in place: what has come is never copied.
  const buffer = new ArrayBuffer(0, { maxByteLength: MAX_BODY_BYTES });
  try {
    await receive(body, length, buffer);
    if (buffer.byteLength === 0) throw new Refusal(400, "expected a picture in the body, got none");
    return await use(new Uint8Array(buffer, 0, buffer.byteLength));
  } finally {
    held -= buffer.byteLength;
    buffer.resize(0);
  }
}

async function receive(
  body: ReadableStream<Uint8Array> | null,
  length: string | null,
  buffer: ArrayBuffer,
): Promise<void> {
  if (!body) return;
  const reader = body.getReader();
  try {
    if (Number(length) > MAX_BODY_BYTES) throw tooLarge();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const start = buffer.byteLength;
      if (start + value.length > MAX_BODY_BYTES) throw tooLarge();
      if (held + value.length > MAX_HELD_BYTES) throw new Refusal(503, "busy", { "retry-after": "1" });
      held += value.length;
      buffer.resize(start + value.length);
      new Uint8Array(buffer, start).set(value);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error instanceof Refusal ? error : new Refusal(400, "the picture did not arrive whole");
  }
}

function tooLarge(): Refusal {
  return new Refusal(413, `the picture has more than ${MAX_BODY_BYTES} bytes`);
}
