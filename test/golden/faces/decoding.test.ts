/** From stored outputs of the networks to faces: what is done without a network. */
import { describe, expect, test } from "vitest";
import { anchorsOfCorners, decodeBoxes, sigmoid } from "../../../src/detection/ssd.js";
import { boxAround, boxInPicture, cropFor, pointsInPicture } from "../../../src/faces/boxes.js";
import { SSD_CODING, tinyDetector } from "../../../src/faces/detectors.js";
import { bestFaces } from "../../../src/faces/faces.js";
import {
  expectDetections,
  goldenCrops,
  goldenFaces,
  goldenFloats,
  goldenIndex,
  photo,
  PHOTOS,
  storedAnchors,
} from "../../support/faces.js";
import { describeShared } from "../../support/shared.js";

describeShared("SSD", () => {
  test.each(["sample1", "grace_hopper"])("encodings and logits of %s", (id) => {
    const anchors = anchorsOfCorners(storedAnchors());
    const encodings = Float64Array.from(goldenFloats(`ssd/${id}.encodings.f32`));
    const boxes = decodeBoxes(encodings, anchors, SSD_CODING, encodings);
    const goldenBoxes = goldenFloats(`ssd/${id}.boxes.f32`);
    for (const [i, corner] of boxes.entries()) expect(Math.abs(corner - goldenBoxes[i]!)).toBeLessThan(1e-5);
    const logits = goldenFloats(`ssd/${id}.class_logits.f32`);
    for (const [i, score] of goldenFloats(`ssd/${id}.scores.f32`).entries()) {
      expect(Math.abs(sigmoid(logits[3 * i + 1]!) - score)).toBeLessThan(1e-6);
    }
  });

  describe.each([0.5, 0.1])("boxes above %d", (scoreThreshold) => {
    test.each(PHOTOS)("%s", (id) => {
      const boxes = Float64Array.from(goldenFloats(`ssd/${id}.boxes.f32`));
      const scores = Float64Array.from(goldenFloats(`ssd/${id}.scores.f32`));
      const limits = { scoreThreshold, iouThreshold: 0.5, maxDetections: 100 };
      const got = bestFaces({ boxes, scores }, limits).map(({ corners, score, anchor }) => ({
        ...boxInPicture(corners, photo(id), 512, true),
        score,
        index: anchor,
      }));
      expectDetections(got, goldenIndex.ssd_mobilenetv1.images[id]![`detections_${scoreThreshold as 0.5 | 0.1}`]);
    });
  });
});

describeShared.each([0.5, 0.1])("Tiny YOLO above %d", (scoreThreshold) => {
  test.each(PHOTOS)("%s", (id) => {
    const { candidates, iouThreshold, square } = tinyDetector;
    const found = candidates([goldenFloats(`tiny/${id}.out.f32`)]);
    const limits = { scoreThreshold, iouThreshold, maxDetections: Infinity };
    const got = bestFaces(found, limits).map(({ corners, score }) => ({
      ...boxInPicture(corners, photo(id), square.size, false),
      score,
    }));
    expectDetections(got, goldenIndex.tiny_face_detector.images[id]![`detections_${scoreThreshold as 0.5 | 0.1}`]);
  });
});

describeShared("faces", () => {
  test.each(goldenFaces.map((face) => [`${face.image} ${face.face}`, face] as const))("%s", (_, face) => {
    const picture = photo(face.image);
    expect(cropFor(face.detection, picture)).toEqual(face.crop_rect);
    expect(cropFor(face.aligned_rect, picture)).toEqual(face.aligned_crop_rect);
    const crop = goldenCrops.find(
      ({ image, face: index, kind }) => image === face.image && index === face.face && kind === "unaligned",
    )!;
    const points = pointsInPicture(crop.landmarks68.raw, face.crop_rect, face.detection);
    for (const [i, { x, y }] of points.entries()) {
      expect(x).toBeCloseTo(face.landmarks68[i]![0], 3);
      expect(y).toBeCloseTo(face.landmarks68[i]![1], 3);
    }
    const around = boxAround(points);
    for (const side of ["x", "y", "width", "height"] as const)
      expect(around[side]).toBeCloseTo(face.aligned_rect[side], 3);
  });
});
