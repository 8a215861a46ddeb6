/**
 * Files that nobody vouches for: truncated, with flipped bits, with absurd contents. Each must give a typed error or a
 * network that runs, within a second and without memory out of proportion.
 */
import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.js";
import { writeTflite } from "../../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../../src/models/mobilenetv1.js";
import { seededRandom } from "../../../src/models/random.js";
import { loadModel } from "../../support/load.js";
import { describeShared, sharedBytes } from "../../support/shared.js";

const MAX_MEMORY = 64 * 2 ** 20;
const SMALL = writeTflite(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 }));
const REAL = ["mobilenet_v1_0.5_160_quant", "mobilenet_v1_0.75_192_quant", "vww_96_float", "vww_96_int8"];

/** Loads and runs bytes. Returns the error's name, or "runs". Throws for an error that is not typed. */
async function attempt(bytes: Uint8Array): Promise<string> {
  const start = performance.now();
  try {
    const net = await loadModel(bytes, { maxMemory: MAX_MEMORY });
    expect(net.memory.total).toBeLessThanOrEqual(MAX_MEMORY);
    const input = Object.fromEntries(
      net.inputs.map(({ name, dtype, shape }) => {
        const length = shape.reduce((a, b) => a * b, 1);
        const type = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array }[dtype as "float32"];
        return [name, new type(length)];
      }),
    );
    if (Object.keys(input).length === net.inputs.length) net.run(input);
    return "runs";
  } catch (error) {
    if (error instanceof ModelError || error instanceof RangeError) return error.name;
    throw error;
  } finally {
    expect(performance.now() - start).toBeLessThan(1000);
  }
}

function flipped(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = bytes.slice();
  // Where the structure is, which is at both ends of a file, a flipped bit does most.
  const end = Math.min(copy.length, 20_000);
  for (let left = 1 + Math.floor(4 * random()); left > 0; --left) {
    const at = Math.floor(end * random());
    const index = random() < 0.5 ? at : copy.length - 1 - at;
    copy[index]! ^= 1 << Math.floor(8 * random());
  }
  return copy;
}

/** How often each outcome came. */
async function outcomes(files: Iterable<Uint8Array>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const file of files) {
    const outcome = await attempt(file);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

function* truncations(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length += step) yield bytes.subarray(0, length);
}

function* flips(bytes: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const random = seededRandom(seed);
  for (let i = 0; i < count; ++i) yield flipped(bytes, random);
}

describe("a small file", () => {
  test("whole, runs", async () => {
    expect(await attempt(SMALL)).toBe("runs");
  });

  test("truncated at every 997th byte", async () => {
    const counts = await outcomes(truncations(SMALL, 997));
    expect(counts["runs"] ?? 0).toBe(0);
  });

  test("with flipped bits", async () => {
    const counts = await outcomes(flips(SMALL, 500, 1));
    expect(counts["FormatError"]).toBeGreaterThan(0);
  });
});

describeShared("real files", () => {
  test("one truncated at every 64th byte", async () => {
    const file = sharedBytes("models", "mobilenet_v1_0.25_128_quant.tflite");
    const counts = await outcomes(truncations(file, 64));
    // What is cut off behind the network is the archive of labels.
    expect(counts["FormatError"]).toBeGreaterThan(7000);
  });

  test.each(REAL)("%s truncated at every 4096th byte", async (name) => {
    const counts = await outcomes(truncations(sharedBytes("models", `${name}.tflite`), 4096));
    expect(counts["FormatError"]).toBeGreaterThan(50);
  });

  test.each(["vww_96_int8", "vww_96_float", "mobilenet_v1_0.25_128_quant"])("%s with flipped bits", async (name) => {
    const counts = await outcomes(flips(sharedBytes("models", `${name}.tflite`), 700, 7));
    console.info(`${name}, 700 files with flipped bits: ${JSON.stringify(counts)}`);
    expect(counts["FormatError"]).toBeGreaterThan(0);
    expect(counts["runs"]).toBeGreaterThan(0);
  });
});
