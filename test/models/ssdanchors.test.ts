import { expect, test } from "vitest";
import { anchorsPerPlace, ssdAnchors } from "../../src/models/ssdanchors.js";
import { storedAnchors } from "../support/faces.js";

test("anchors are those that a trained detector has in its file", () => {
  const stored = storedAnchors();
  const made = ssdAnchors([32, 16, 8, 4, 2, 1]);
  expect(made.length).toBe(stored.length);
  let worst = 0;
  for (let i = 0; i < made.length; i += 4) {
    const [y, x, height, width] = made.subarray(i, i + 4) as unknown as [number, number, number, number];
    const corners = [y - height / 2, x - width / 2, y + height / 2, x + width / 2];
    for (const [corner, value] of corners.entries()) worst = Math.max(worst, Math.abs(value - stored[i + corner]!));
  }
  expect(worst).toBeLessThan(2e-7);
});

test("there are three anchors at a place of the finest map, six at the others", () => {
  expect(anchorsPerPlace(6)).toEqual([3, 6, 6, 6, 6, 6]);
});
