import { expect, test } from "vitest";
import { annotate } from "../../src/cli/annotate.js";

const grey = { data: new Uint8Array(60 * 40 * 3).fill(128), width: 60, height: 40 };

test("marks are drawn over a copy, in RGBA", () => {
  const made = annotate(grey, [
    { box: { x: 10, y: 5, width: 20, height: 10 }, lines: ["i"], points: [{ x: 20, y: 10 }] },
  ]);
  const at = (x: number, y: number) => Array.from(made.data.subarray((y * 60 + x) * 4, (y * 60 + x) * 4 + 4));
  const [colour, untouched, black] = [
    [255, 214, 10, 255],
    [128, 128, 128, 255],
    [0, 0, 0, 255],
  ];
  for (const [x, y] of [
    [10, 5],
    [29, 5],
    [10, 14],
    [29, 14],
    [20, 10],
  ] as const)
    expect(at(x, y)).toEqual(colour);
  for (const [x, y] of [
    [9, 5],
    [30, 14],
    [12, 7],
    [59, 39],
  ] as const)
    expect(at(x, y)).toEqual(untouched);
  expect(at(10, 15)).toEqual(colour); // behind the text
  expect(at(11 + 2, 16 + 4)).toEqual(black); // the stem of the i
  expect(grey.data.every((byte) => byte === 128)).toBe(true);
});

test("what reaches out of the picture is cut off, and text stays in it", () => {
  const box = { x: -1e9, y: -5, width: 3e9, height: 1e9 };
  const made = annotate(grey, [
    { box, lines: ["…", "long text that does not fit"] },
    { box: { ...box, x: 50 }, lines: [] },
  ]);
  expect(made.data.length).toBe(60 * 40 * 4);
});
