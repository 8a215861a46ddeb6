/** Messages about pictures, as R2's event notifications have them, so that a bucket can fill the queue by itself. */
import { Refusal } from "mobilenet-simd-worker/errors.ts";

export interface PictureMessage {
  readonly object: PictureVersion;
}

export interface PictureVersion {
  readonly key: string;
  readonly eTag: string;
}

/** @throws Refusal 400 for anything else. */
export function checkMessage(body: unknown): PictureVersion {
  const { key, eTag } = (body as Partial<PictureMessage> | null)?.object ?? {};
  if (typeof key !== "string" || typeof eTag !== "string") {
    throw new Refusal(400, "message expected { object: { key, eTag } }");
  }
  return { key, eTag };
}
