import { expect, test } from "vitest";
import { upright } from "../src/codecs/orientation.ts";

/** Two rows of three pixels, each a letter. */
const STORED = { data: Uint8Array.from("aaabbbcccdddeeefff", (letter) => letter.charCodeAt(0)), width: 3, height: 2 };

/** EXIF 2.32, table 6: which sides of the picture the first row and the first column are. */
test.each([
  [1, ["abc", "def"]],
  [2, ["cba", "fed"]], // row top, column right
  [3, ["fed", "cba"]], // bottom, right
  [4, ["def", "abc"]], // bottom, left
  [5, ["ad", "be", "cf"]], // left, top
  [6, ["da", "eb", "fc"]], // right, top
  [7, ["fc", "eb", "da"]], // right, bottom
  [8, ["cf", "be", "ad"]], // left, bottom
])("orientation %d", (orientation, rows) => {
  const { data, width, height } = upright(STORED, orientation);
  const letters = Array.from({ length: data.length / 3 }, (_, pixel) => String.fromCharCode(data[pixel * 3]!)).join("");
  const got = Array.from({ length: height }, (_, y) => letters.slice(y * width, (y + 1) * width));
  expect(got).toEqual(rows);
  expect(Array.from(data)).toEqual(Array.from(data, (_, i) => data[i - (i % 3)]));
});
