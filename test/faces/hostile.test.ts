/** Weights that nobody vouches for: each gives a typed error, or networks that run. */
import { describe, expect, test } from "vitest";
import { ModelError } from "../../src/errors.js";
import { seededRandom } from "../../src/models/random.js";
import type { Picture } from "../../src/image/picture.js";
import { storedFile } from "../support/faces.js";
import { distortions, flips, truncations } from "../support/mutate.js";
import { loadFaces } from "../support/loadfaces.js";

const MANIFEST = "tiny_face_detector_model-weights_manifest.json";
const SHARD = "tiny_face_detector_model.bin";
const manifest = new Uint8Array(storedFile(MANIFEST));
const shard = new Uint8Array(storedFile(SHARD));
const picture: Picture = { data: new Uint8Array(60 * 40 * 3).fill(99), width: 60, height: 40 };

/** Loads Tiny YOLO and runs it. Returns the error's name, or "runs". Throws for an error that is not typed. */
async function attempt(weights: Record<string, Uint8Array>, run: boolean): Promise<string> {
  try {
    const faces = await loadFaces({ weights, detector: "tiny", attributes: [], maxMemory: 64 * 2 ** 20 });
    if (run) faces.detect(picture, { scoreThreshold: 0 });
    faces.dispose();
    return "runs";
  } catch (error) {
    const ofArgument = error instanceof TypeError && error.message.startsWith('"weights"');
    if (error instanceof ModelError || ofArgument) return error.name;
    throw error;
  }
}

async function outcomes(files: Iterable<Uint8Array>, name: string, run = false): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const bytes of files) {
    const outcome = await attempt({ [MANIFEST]: manifest, [SHARD]: shard, [name]: bytes }, run);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

describe("weights of a face network", () => {
  test("that are truncated are refused", async () => {
    expect(Object.keys(await outcomes(truncations(manifest, 37), MANIFEST))).toEqual(["FormatError"]);
    expect(Object.keys(await outcomes(truncations(shard, 9973), SHARD))).toEqual(["FormatError"]);
  });

  test("with flipped bits in the manifest", async () => {
    const counts = await outcomes(flips(manifest, 300, seededRandom(1)), MANIFEST);
    expect(counts["FormatError"]).toBeGreaterThan(100);
  });

  test("with absurd values in the manifest", async () => {
    const values = distortions(JSON.parse(new TextDecoder().decode(manifest)), 500, seededRandom(2));
    const files = Array.from(values, (value) => new TextEncoder().encode(JSON.stringify(value)));
    const counts = await outcomes(files, MANIFEST);
    console.info(`500 manifests with an absurd value: ${JSON.stringify(counts)}`);
    expect(counts["FormatError"]).toBeGreaterThan(100);
    expect(counts["UnsupportedError"]).toBeGreaterThan(10);
    expect(counts["runs"]).toBeGreaterThan(10);
  });

  test("with other numbers give something, whatever it is", async () => {
    expect(await outcomes(flips(shard, 3, seededRandom(3)), SHARD, true)).toEqual({ runs: 3 });
    expect(await outcomes([shard.map((_, i) => i % 251), shard.slice().fill(255)], SHARD, true)).toEqual({ runs: 2 });
  });
});
