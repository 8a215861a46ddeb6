/** The models, images and goldens beside the repository, for the tests that need real ones. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe } from "vitest";

const FOLDER = process.env.SHARED ?? resolve(import.meta.dirname, "../../../shared");
export const HAVE_SHARED = existsSync(FOLDER);

/** describe() that skips, and says so, where ../shared is missing. */
export const describeShared: typeof describe.skip = HAVE_SHARED ? describe : describe.skip;

if (!HAVE_SHARED) console.warn(`skipping what needs real models and goldens: no folder ${FOLDER}`);

export function sharedPath(...parts: string[]): string {
  return join(FOLDER, ...parts);
}

export function sharedBytes(...parts: string[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(sharedPath(...parts)));
}

export function sharedJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(sharedPath(...parts), "utf8")) as T;
}

export function sharedFloats(...parts: string[]): Float32Array {
  return new Float32Array(sharedBytes(...parts).buffer);
}
