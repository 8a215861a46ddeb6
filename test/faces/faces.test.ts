/** mobilenet-simd/faces as callers use it: with the weights of the installed package, which comes with photos of its own. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FormatError } from "../../src/errors.js";
import type { DetectFacesOptions, Faces } from "../../src/faces/faces.js";
import type { LoadFacesOptions } from "../../src/faces/load.js";
import type { Picture } from "../../src/image/picture.js";
import { FACE_API, storedFile } from "../support/faces.js";
import { decodeJpeg } from "../support/inputs.js";
import { loadFaces } from "../support/loadfaces.js";

const MODELS = new URL("model/", FACE_API);
const sample = decodeJpeg(readFileSync(new URL("demo/sample1.jpg", FACE_API)));
const EVERYTHING = { age: true, gender: true, expressions: true, landmarks: true };

function filled(width: number, height: number, byte: number, channels = 3): Picture {
  return { data: new Uint8Array(width * height * channels).fill(byte), width, height };
}

/** The part of a picture from (x, y) on, so many times beside and below each other. */
function tiled(image: Picture, x: number, y: number, side: number, columns: number, rows: number): Picture {
  const made = filled(columns * side, rows * side, 0);
  const data = made.data as Uint8Array;
  for (let row = 0; row < rows * side; ++row) {
    const from = ((y + (row % side)) * image.width + x) * 3;
    for (let column = 0; column < columns; ++column) {
      data.set(image.data.subarray(from, from + side * 3), (row * columns + column) * side * 3);
    }
  }
  return made;
}

describe("faces", () => {
  let faces: Faces;
  beforeAll(async () => {
    faces = await loadFaces();
  });
  afterAll(() => faces.dispose());

  test("are found, the surest first, with nothing more than was asked for", () => {
    const found = faces.detect(sample);
    expect(found.length).toBe(3);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(Object.keys(found[0]!)).toEqual(["box", "score"]);
    expect(Object.keys(faces.detect(sample, { gender: true })[0]!)).toEqual(["box", "score", "gender", "genderScore"]);
  });

  test("have estimates that are numbers as described", () => {
    for (const { age, genderScore, expressions, landmarks } of faces.detect(sample, EVERYTHING)) {
      expect(age).toBeGreaterThan(0);
      expect(genderScore).toBeGreaterThanOrEqual(0.5);
      expect(Object.values(expressions!).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      expect(landmarks!.length).toBe(68);
    }
  });

  test("are the same each time, whatever was seen before, in the same memory", () => {
    const { memory } = faces;
    const first = faces.detect(sample, EVERYTHING);
    faces.detect(filled(300, 200, 77), { ...EVERYTHING, scoreThreshold: 0, maxDetections: 5 });
    expect(faces.detect(sample, EVERYTHING)).toEqual(first);
    expect(faces.memory).toBe(memory);
  });

  test("are found in RGBA as in RGB", () => {
    const data = new Uint8Array(sample.width * sample.height * 4).fill(255);
    for (let i = 0; i < sample.data.length; ++i) data[Math.floor(i / 3) * 4 + (i % 3)] = sample.data[i]!;
    expect(faces.detect({ ...sample, data })).toEqual(faces.detect(sample));
  });

  test("are limited in number", () => {
    expect(faces.detect(sample, { maxDetections: 1 })).toEqual(faces.detect(sample).slice(0, 1));
  });

  test("are all found when there are fifty", () => {
    const found = faces.detect(tiled(sample, 380, 320, 260, 10, 5), { age: true });
    expect(found.length).toBe(50);
    expect(found.every(({ age }) => age! > 0)).toBe(true);
  });

  test.each([
    ["a black picture", filled(640, 480, 0)],
    ["a white picture", filled(640, 480, 255)],
    ["one pixel", filled(1, 1, 128)],
    ["a row of pixels", filled(5000, 1, 128)],
    ["a column of transparent pixels", filled(1, 5000, 0, 4)],
  ])("are not seen in %s, and at any threshold nothing breaks", (_, image) => {
    expect(faces.detect(image, EVERYTHING)).toEqual([]);
    for (const { box } of faces.detect(image, { ...EVERYTHING, scoreThreshold: 0, maxDetections: 5 })) {
      expect(Object.values(box).every(Number.isFinite)).toBe(true);
    }
  });

  test("are looked for in 900 million pixels", () => {
    const side = 30000;
    const image = filled(side, side, 0);
    const { rss } = process.memoryUsage();
    expect(faces.detect(image, EVERYTHING)).toEqual([]);
    expect(process.memoryUsage().rss - rss).toBeLessThan(400e6);
  });

  test.each([
    ["no picture", undefined, {}, TypeError, /"image.data" must/],
    ["a picture of another size", { ...sample, width: 7 }, {}, RangeError, /"image.data" must/],
    [
      "a threshold",
      sample,
      { scoreThreshold: 1.5 },
      RangeError,
      /"scoreThreshold" must be a number from 0 to 1, got 1.5/,
    ],
    ["another", sample, { iouThreshold: NaN }, RangeError, /"iouThreshold" must be a number from 0 to 1, got NaN/],
    ["a number", sample, { maxDetections: 0 }, RangeError, /"maxDetections" must be at least 1, got 0/],
    ["a colour", sample, { background: [1, 2] }, RangeError, /"background" must be three bytes/],
  ])("refuse %s that is wrong", (_, image, options, type, message) => {
    const act = () => faces.detect(image as Picture, options as unknown as DetectFacesOptions);
    expect(act).toThrow(type as typeof Error);
    expect(act).toThrow(message);
  });
});

describe("loading", () => {
  const files = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, storedFile(name)]));
  const SSD = ["ssd_mobilenetv1_model-weights_manifest.json", "ssd_mobilenetv1_model.bin"];
  const TINY = ["tiny_face_detector_model-weights_manifest.json", "tiny_face_detector_model.bin"];

  test.each([
    ["a URL", MODELS],
    ["a URL without a last slash", new URL(MODELS.href.slice(0, -1))],
    ["a path", fileURLToPath(MODELS)],
    ["bytes", files([...SSD, ...TINY])],
  ])("takes weights by %s", async (_, weights) => {
    const faces = await loadFaces({ weights, detector: "tiny", attributes: [] });
    expect(faces.detect(sample).length).toBe(3);
    faces.dispose();
  });

  test("loads only what may be asked for", async () => {
    const faces = await loadFaces({ detector: "tiny", attributes: ["gender"] });
    expect(faces.detect(sample, { age: true })[0]!.age).toBeGreaterThan(0); // the same network
    expect(() => faces.detect(sample, { landmarks: true })).toThrow(
      /^"landmarks" must be among the attributes given to loadFaces\(\), got true/,
    );
    faces.dispose();
    expect(() => faces.detect(sample)).toThrow(/disposed/);
  });

  test("takes threads for the detector, which finds the same", async () => {
    const [one, two] = await Promise.all([
      loadFaces({ attributes: [] }),
      loadFaces({ attributes: [], threads: 2, weights: fileURLToPath(MODELS) }),
    ]);
    expect(two.detect(sample)).toEqual(one.detect(sample));
    two.dispose();
  });

  test.each<[string, LoadFacesOptions, typeof Error, RegExp]>([
    ["a detector", { detector: "big" as "ssd" }, RangeError, /"detector" must be "ssd" or "tiny", got string "big"/],
    ["an attribute", { attributes: ["name" as "age"] }, RangeError, /"attributes" must be any of age, .*"name"/],
    [
      "files without a manifest",
      { weights: files(TINY) },
      TypeError,
      /"weights" must have the file ssd_mobilenetv1_model-/,
    ],
    [
      "files without a shard",
      { weights: files(SSD.slice(0, 1)) },
      TypeError,
      /"weights" must have .*ssd_mobilenetv1_model.bin/,
    ],
    ["a folder that is not there", { weights: "/nowhere/at/all" }, Error, /ENOENT/],
  ])("refuses %s", async (_, options, type, message) => {
    const error = await loadFaces(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
  });

  test("refuses the weights of another network", async () => {
    const weights = { ...files(TINY), "ssd_mobilenetv1_model-weights_manifest.json": storedFile(TINY[0]!) };
    const error = await loadFaces({ weights }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/the weight "MobilenetV1\/Conv2d_0_pointwise\/weights" is missing/);
  });
});
