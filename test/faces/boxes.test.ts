import { describe, expect, test } from "vitest";
import { boxAround, boxInPicture, cropFor, pointsInPicture } from "../../src/faces/boxes.js";

describe("a box in the picture", () => {
  test("is measured in whole pixels of the square, as the authors do", () => {
    // 1920×1279 becomes 512×341.07, taken for 341
    expect(boxInPicture([0, 0, 1, 1], { width: 1920, height: 1279 }, 512, true)).toEqual({
      x: 0,
      y: 0,
      width: 1920,
      height: (512 / 341) * 1279,
    });
  });

  test("ends at the square, or does not", () => {
    const corners = [-0.5, 0.25, 0.5, 1.25];
    const picture = { width: 512, height: 512 };
    expect(boxInPicture(corners, picture, 512, true)).toEqual({ x: 128, y: 0, width: 384, height: 256 });
    expect(boxInPicture(corners, picture, 512, false)).toEqual({ x: 128, y: -256, width: 512, height: 512 });
  });

  test("is finite in a picture of a single row", () => {
    const { height } = boxInPicture([0, 0, 1, 1], { width: 30000, height: 1 }, 512, true);
    expect(height).toBe(512);
  });
});

describe("the crop for a box", () => {
  const picture = { width: 100, height: 50 };
  test.each([
    ["inside", { x: 10.9, y: 5.5, width: 20.7, height: 10.9 }, { x: 10, y: 5, width: 20, height: 10 }],
    ["over a corner", { x: -5, y: -5, width: 20, height: 20 }, { x: 0, y: 0, width: 15, height: 15 }],
    ["over the end", { x: 90.5, y: 40.5, width: 50, height: 50 }, { x: 90, y: 40, width: 9, height: 9 }],
    ["outside", { x: 200, y: 0, width: 10, height: 10 }, undefined],
    ["less than a pixel", { x: 3, y: 3, width: 0.9, height: 5 }, undefined],
    ["inside out", { x: 50, y: 20, width: -5, height: 5 }, undefined],
    ["no numbers", { x: NaN, y: 20, width: 5, height: 5 }, undefined],
  ])("%s", (_, box, expected) => {
    expect(cropFor(box, picture)).toEqual(expected);
  });
});

describe("points in the picture", () => {
  test("count from the face's box and leave out the black beside it", () => {
    const points = pointsInPicture([0.5, 0.5, 0.25, 0, 0.75, 1], { width: 50, height: 100 }, { x: 10.5, y: -3 });
    expect(points).toEqual([
      { x: 35.5, y: 47 },
      { x: 10.5, y: -3 },
      { x: 60.5, y: 97 },
    ]);
  });

  test("have a box around them, wider by a tenth on each side", () => {
    expect(
      boxAround([
        { x: 10, y: 20 },
        { x: 110, y: 70 },
      ]),
    ).toEqual({ x: 0, y: 15, width: 120, height: 60 });
  });
});
