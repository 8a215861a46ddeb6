/** net.detect() on a network that finds the same whatever it is shown. */
import { describe, expect, test } from "vitest";
import type { DetectOptions } from "../../src/api/detect.js";
import { UnsupportedError } from "../../src/errors.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import type { Picture } from "../../src/image/picture.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { constantDetector } from "../support/detector.js";
import { loadModel } from "../support/load.js";
import { singleShotDetector } from "../support/networks.js";

const DETECTOR = constantDetector(
  [
    [0.25, 0.5, 0.75, 1],
    [0.25, 0.5, 0.75, 0.9375],
    [0.25, 0.5, 0.75, 0.875],
    [-0.125, 0, 0.5, 0.25],
    [0, 0, 1, 1],
  ],
  [
    [0.1, 0.8, 0.2],
    [0.1, 0.9, 0.2],
    [0.7, 0.5, 0.2],
    [0.1, 0.1, 0.6],
    [0.01, 0.02, 0.03], // below the model's own threshold
  ],
);

const picture: Picture = { data: new Uint8Array(200 * 100 * 3), width: 200, height: 100 };

describe.each([
  ["a graph", DETECTOR],
  ["a .tflite file", writeTflite(DETECTOR)],
])("a detector from %s", async (_, model) => {
  const net = await loadModel(model, { labels: ["zero", "one", "two"] });

  test("gives boxes in pixels, the surest first, with labels", () => {
    const found = net.detect(picture);
    expect(found.map(({ label, index }) => [label, index])).toEqual([
      ["one", 1],
      ["one", 1],
      ["zero", 0],
      ["two", 2],
    ]);
    expect(found.map(({ score }) => score)).toEqual([0.9, 0.8, 0.7, 0.6].map(Math.fround));
    expect(found[1]!.box).toEqual({ x: 100, y: 25, width: 100, height: 50 });
    expect(found[3]!.box).toEqual({ x: 0, y: -12.5, width: 50, height: 62.5 });
  });

  test.each<[DetectOptions, readonly (string | undefined)[]]>([
    [{ scoreThreshold: 0.7 }, ["one", "one"]],
    [{ iouThreshold: 0.8 }, ["one", "zero", "two"]],
    [{ iouThreshold: 0.95 }, ["one", "one", "zero", "two"]],
    [{ maxDetections: 1 }, ["one"]],
    [{ scoreThreshold: 1 }, []],
  ])("with %j", (options, labels) => {
    expect(net.detect(picture, options).map(({ label }) => label)).toEqual(labels);
  });

  test("takes a label more as that of the background", async () => {
    const other = await loadModel(model, { labels: ["???", "zero", "one", "two"] });
    expect(other.detect(picture).map(({ label }) => label)).toEqual(["one", "one", "zero", "two"]);
  });

  test("refuses labels for another number of classes", async () => {
    const wrong = loadModel(model, { labels: ["zero", "one"] });
    await expect(wrong).rejects.toThrow(new RangeError('"labels" must be 3 or 4 strings, got 2'));
  });

  test.each([
    ["no picture", undefined, {}, TypeError, /"image.data" must be/],
    ["a threshold", picture, { scoreThreshold: 2 }, RangeError, /"scoreThreshold" must be a number from 0 to 1, got 2/],
    ["a number", picture, { maxDetections: 0 }, RangeError, /"maxDetections" must be at least 1, got 0/],
    ["a colour", picture, { background: [0] }, RangeError, /"background" must be three bytes/],
  ])("refuses %s that is wrong", (__, image, options, type, message) => {
    const act = () => net.detect(image as Picture, options as unknown as DetectOptions);
    expect(act).toThrow(type as typeof Error);
    expect(act).toThrow(message);
  });
});

test("a classifier detects nothing, and says so", async () => {
  const net = await loadModel(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 4 }));
  expect(() => net.detect(picture)).toThrow(UnsupportedError);
  expect(() => net.detect(picture)).toThrow(/the model does not end in a detection operator/);
});

test("a .tflite file of a detector finds what its outputs say", async () => {
  const graph = singleShotDetector("uint8", 2);
  const net = await loadModel(writeTflite({ ...graph, outputs: graph.outputs.slice(0, 4) }));
  const [, height, width] = net.inputs[0]!.shape as [number, number, number];
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * i) % 251);
  const [boxes, classes, scores, count] = net.run(data).map((output) => Array.from(output.data)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const found = net.detect({ data, width, height }, { scoreThreshold: 0 });
  expect(found.length).toBe(count[0]);
  expect(found.length).toBeGreaterThan(0);
  for (const [i, { box, index, score }] of found.entries()) {
    expect([index, score]).toEqual([classes[i], scores[i]]);
    expect(box.y).toBeCloseTo(boxes[4 * i]! * height, 4);
    expect(box.x + box.width).toBeCloseTo(boxes[4 * i + 3]! * width, 4);
  }
});
