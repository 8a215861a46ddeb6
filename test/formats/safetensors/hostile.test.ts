import { expect, test } from "vitest";
import { seededRandom } from "../../../src/models/random.js";
import { attempt, outcomes } from "../../support/hostile.js";
import { distortions, flips, truncations } from "../../support/mutate.js";
import { NAMES, storeHeader, storeSafetensors, torchMobileNet } from "../../support/safetensors.js";

const FILE = storeSafetensors(torchMobileNet(NAMES.timm), "F16");
const HEADER = Number(new DataView(FILE.buffer).getBigUint64(0, true));

test("whole, runs", async () => {
  expect(await attempt(FILE)).toBe("runs");
});

test("truncated", async () => {
  const counts = await outcomes([...truncations(FILE.subarray(0, HEADER + 8), 61), ...truncations(FILE, 5003)]);
  expect(Object.keys(counts)).toEqual(["FormatError"]);
});

test("with flipped bits", async () => {
  const counts = await outcomes(flips(FILE, 300, seededRandom(1), HEADER));
  expect(counts["FormatError"]).toBeGreaterThan(100);
  expect(counts["runs"]).toBeGreaterThan(10);
});

test("with absurd values", async () => {
  const header: unknown = JSON.parse(new TextDecoder().decode(FILE.subarray(8, 8 + HEADER)));
  const values = [...distortions(header, 500, seededRandom(3))];
  const counts = await outcomes(values.map((value) => storeHeader(value, FILE.subarray(8 + HEADER))));
  console.info(`500 files with an absurd value: ${JSON.stringify(counts)}`);
  expect(counts["FormatError"]).toBeGreaterThan(200);
});

test("whose header is longer than memory", async () => {
  const file = FILE.slice();
  for (const length of [2n ** 40n - 1n, 2n ** 32n, BigInt(FILE.length - 7)]) {
    new DataView(file.buffer).setBigUint64(0, length, true);
    expect(await attempt(file)).toBe("FormatError");
  }
});
