/** Messages about pictures, as R2's event notifications have them, so that a bucket can fill the queue by itself. */
import { Refusal } from "mobilenet-simd-worker/errors.ts";

export interface PictureMessage {
  readonly object: PictureVersion;
}

export interface PictureVersion {
  readonly key: string;
  readonly eTag: string;
}

/** The picture that a message is about; undefined for any other body. */
export function versionIn(body: unknown): PictureVersion | undefined {
  const { key, eTag } = (body as Partial<PictureMessage> | null | undefined)?.object ?? {};
  return typeof key === "string" && typeof eTag === "string" ? { key, eTag } : undefined;
}

/** @throws Refusal 400 for anything but a message about a picture. */
export function checkMessage(body: unknown): PictureVersion {
  const version = versionIn(body);
  if (!version) throw new Refusal(400, "message expected { object: { key, eTag } }");
  return version;
}

/** Characters of a message that is no picture's; a queue takes messages of 128 KB. */
const MOST_CHARACTERS = 20_000;

/**
 * A message as JSON that any queue and any table takes: of a message about a picture only its name and version, of
 * another as much as there is room for. Serialises bodies that JSON does not have: a queue may hold whatever can be cloned.
 */
export function toLetter(body: unknown): unknown {
  const version = versionIn(body);
  if (version && version.key.length <= MOST_CHARACTERS && version.eTag.length <= MOST_CHARACTERS) {
    return { object: version } satisfies PictureMessage;
  }
  const text = serialize(body);
  return text.length <= MOST_CHARACTERS ? (JSON.parse(text) as unknown) : text.slice(0, MOST_CHARACTERS);
}

/** JSON of any value. */
function serialize(value: unknown): string {
  try {
    const text = JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}n` : each));
    return text ?? JSON.stringify(String(value));
  } catch (error) {
    // a circle
    return JSON.stringify(`${Object.prototype.toString.call(value)}: ${(error as Error).message.split("\n")[0]}`);
  }
}
