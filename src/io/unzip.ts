/** The part of the library that inflates, in a module of its own so that bundlers leave the rest out. */
import { Inflate } from "fflate";

/** Compressed bytes per step. Deflate makes at most 1032 bytes of one, so that a step makes at most 1 MB. */
const STEP = 1024;

/**
 * Inflates raw deflate data.
 *
 * @param limit how many bytes to make at most, whatever the data say.
 * @throws RangeError if they are more, Error if they are damaged.
 */
export function inflateRaw(deflated: Uint8Array, limit: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate((part) => {
    length += part.length;
    if (length > limit) throw new RangeError(`deflated data expected at most ${limit} bytes, got more`);
    parts.push(part);
  });
  for (let at = 0; at < deflated.length; at += STEP) {
    inflate.push(deflated.subarray(at, at + STEP), at + STEP >= deflated.length);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
