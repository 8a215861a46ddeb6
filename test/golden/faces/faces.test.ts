/** From photos to faces, all of it, against what face-api says of the same photos. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Expression, Face, Faces } from "../../../src/faces/faces.js";
import { cropFor } from "../../../src/faces/boxes.js";
import {
  expectDetections,
  goldenFaces,
  goldenIndex,
  photo,
  PHOTOS,
  type GoldenAttributes,
  type GoldenFace,
} from "../../support/faces.js";
import { loadFaces } from "../../support/loadfaces.js";
import { describeShared } from "../../support/shared.js";

const flat = (faces: readonly Face[]) => faces.map(({ box, score }) => ({ ...box, score }));

/** Goldens have the anchors too, which callers do not see. */
const withoutAnchor = (golden: readonly { x: number; y: number; width: number; height: number; score: number }[]) =>
  golden.map(({ x, y, width, height, score }) => ({ x, y, width, height, score }));

describeShared("faces by SSD", () => {
  let faces: Faces;
  beforeAll(async () => {
    faces = await loadFaces();
    return () => faces.dispose();
  });

  describe.each([0.5, 0.1] as const)("above %d", (scoreThreshold) => {
    test.each(PHOTOS)("in %s", (id) => {
      const golden = goldenIndex.ssd_mobilenetv1.images[id]![`detections_${scoreThreshold}`];
      expectDetections(flat(faces.detect(photo(id), { scoreThreshold })), withoutAnchor(golden));
    });
  });

  const ofPhoto = (id: string) => goldenFaces.filter(({ image }) => image === id);

  test.each(PHOTOS)("with all that is known of them in %s", (id) => {
    const golden = ofPhoto(id);
    const alone = faces.detect(photo(id), { age: true, gender: true, expressions: true });
    const withLandmarks = faces.detect(photo(id), { age: true, gender: true, expressions: true, landmarks: true });
    expect(alone.length).toBe(golden.length);
    for (const [i, face] of golden.entries()) {
      expect(cropFor(alone[i]!.box, photo(id))).toEqual(face.crop_rect);
      expectAttributes(alone[i]!, face.unaligned);
      expectAttributes(withLandmarks[i]!, face.aligned);
      expectLandmarks(withLandmarks[i]!, face);
      expect(alone[i]).not.toHaveProperty("landmarks");
    }
  });
});

function expectAttributes(got: Face, golden: GoldenAttributes): void {
  expect(Math.abs(got.age! - golden.age)).toBeLessThan(0.01);
  expect(got.gender).toBe(golden.gender);
  expect(Math.abs(got.genderScore! - golden.gender_probability)).toBeLessThan(1e-4);
  expect(Object.keys(got.expressions!)).toEqual(Object.keys(golden.expressions));
  for (const [name, probability] of Object.entries(golden.expressions)) {
    expect(Math.abs(got.expressions![name as Expression] - probability), name).toBeLessThan(1e-4);
  }
}

function expectLandmarks({ landmarks }: Face, golden: GoldenFace): void {
  expect(landmarks!.length).toBe(68);
  for (const [i, { x, y }] of landmarks!.entries()) {
    const [goldenX, goldenY] = golden.landmarks68[i]!;
    expect(Math.hypot(x - goldenX, y - goldenY), `point ${i}`).toBeLessThan(2e-3);
  }
}

describeShared("faces by Tiny YOLO", () => {
  test.each([0.5, 0.1] as const)("above %d", async (scoreThreshold) => {
    const faces = await loadFaces({ detector: "tiny", attributes: [] });
    for (const id of PHOTOS) {
      const golden = goldenIndex.tiny_face_detector.images[id]![`detections_${scoreThreshold}`];
      expectDetections(flat(faces.detect(photo(id), { scoreThreshold })), withoutAnchor(golden));
    }
    faces.dispose();
  });
});
