/** The square inputs of the face networks are those of their authors, bit for bit. */
import { expect, test } from "vitest";
import { FACE_SQUARE, SSD_SQUARE, TINY_SQUARE } from "../../../src/faces/squares.js";
import type { Box, Picture } from "../../../src/image/picture.js";
import { writeSquare, type Square } from "../../../src/image/square.js";
import { goldenCrops, goldenFaces, goldenIndex, photo, PHOTOS } from "../../support/faces.js";
import { sha256, synthetic } from "../../support/inputs.js";
import { describeShared } from "../../support/shared.js";

function hashes(image: Picture, square: Square, box: Box = { x: 0, y: 0, width: image.width, height: image.height }) {
  const input = new Float32Array(square.size ** 2 * 3);
  writeSquare(image, box, { ...square, mean: [0, 0, 0], std: 1, shift: 0 }, [255, 255, 255], input);
  const pixels = sha256(input);
  writeSquare(image, box, square, [255, 255, 255], input);
  return { pixels, normalised: sha256(input) };
}

describeShared.each([
  ["ssd_mobilenetv1", SSD_SQUARE],
  ["tiny_face_detector", TINY_SQUARE],
] as const)("%s", (network, square) => {
  test.each(PHOTOS)("%s", (id) => {
    const golden = goldenIndex[network].images[id]!;
    expect(hashes(photo(id), square)).toEqual({
      pixels: golden.input_sha256,
      normalised: golden.input_normalised_sha256,
    });
  });
});

describeShared("crops of faces", () => {
  test.each(goldenCrops.map((crop) => [crop.id, crop] as const))("%s", (_, crop) => {
    if (crop.kind === "synthetic") {
      const data = synthetic(crop.id.replace("synthetic_", ""), 112);
      expect(hashes({ data, width: 112, height: 112 }, FACE_SQUARE).normalised).toBe(crop.input_normalised_sha256);
      return;
    }
    const face = goldenFaces.find(({ image, face: index }) => image === crop.image && index === crop.face)!;
    const box = crop.kind === "aligned" ? face.aligned_crop_rect : face.crop_rect;
    expect([box.width, box.height]).toEqual([crop.crop_width, crop.crop_height]);
    expect(hashes(photo(face.image), FACE_SQUARE, box)).toEqual({
      pixels: crop.input!.sha256,
      normalised: crop.input_normalised_sha256,
    });
  });
});
