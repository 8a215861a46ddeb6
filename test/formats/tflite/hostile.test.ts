import { describe, expect, test } from "vitest";
import { writeTflite } from "../../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../../src/models/mobilenetv1.js";
import { seededRandom } from "../../../src/models/random.js";
import { FLAVOURS } from "../../support/graphs.js";
import { attempt, outcomes } from "../../support/hostile.js";
import { flips, truncations } from "../../support/mutate.js";
import { singleShotDetector } from "../../support/networks.js";
import { describeShared, sharedBytes } from "../../support/shared.js";

const SMALL = writeTflite(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 }));
const REAL = ["mobilenet_v1_0.5_160_quant", "mobilenet_v1_0.75_192_quant", "vww_96_float", "vww_96_int8"];

/** Where the structure is, which is at both ends of a file, a flipped bit does most. */
const REACH = 20_000;

describe("a small file", () => {
  test("whole, runs", async () => {
    expect(await attempt(SMALL)).toBe("runs");
  });

  test("truncated at every 997th byte", async () => {
    const counts = await outcomes(truncations(SMALL, 997));
    expect(counts["runs"] ?? 0).toBe(0);
  });

  test("with flipped bits", async () => {
    const counts = await outcomes(flips(SMALL, 500, seededRandom(1), REACH));
    expect(counts["FormatError"]).toBeGreaterThan(0);
  });
});

describe("a detector's file", () => {
  const files = FLAVOURS.map((flavour) => writeTflite(singleShotDetector(flavour, 1)));

  test("whole, runs", async () => {
    for (const file of files) expect(await attempt(file)).toBe("runs");
  });

  test("truncated", async () => {
    for (const file of files) expect((await outcomes(truncations(file, 397)))["runs"] ?? 0).toBe(0);
  });

  test("with flipped bits", async () => {
    for (const [i, file] of files.entries()) {
      const counts = await outcomes(flips(file, 300, seededRandom(i), REACH));
      expect(counts["FormatError"]).toBeGreaterThan(0);
      expect(counts["runs"]).toBeGreaterThan(0);
    }
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
    const counts = await outcomes(flips(sharedBytes("models", `${name}.tflite`), 700, seededRandom(7), REACH));
    console.info(`${name}, 700 files with flipped bits: ${JSON.stringify(counts)}`);
    expect(counts["FormatError"]).toBeGreaterThan(0);
    expect(counts["runs"]).toBeGreaterThan(0);
  });
});
