/** Models for the examples' tests: seeded ones, which need no file, and the real ones beside the repository. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seededNetwork, type Precision } from "../../bench/models.js";
import { writeTflite } from "../../src/formats/tflite/write.js";

const SHARED = process.env.SHARED ?? join(import.meta.dirname, "../../../shared");

/** A MobileNet V1 with random weights, as a file. */
export function seededModel(alpha: number, resolution: number, precision: Precision): Uint8Array {
  return writeTflite(seededNetwork(alpha, resolution, precision));
}

/** A file beside the repository; undefined where there is none. */
export function sharedFile(path: string): Uint8Array<ArrayBuffer> | undefined {
  const file = join(SHARED, path);
  return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
}
