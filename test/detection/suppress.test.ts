import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidates } from "../../src/detection/candidates.js";
import {
  intersectionOverUnion,
  rank,
  suppress,
  type RankOptions,
  type SuppressOptions,
} from "../../src/detection/suppress.js";

type Options = RankOptions & SuppressOptions;
const ALL: Options = { scoreThreshold: 0, iouThreshold: 0.5, maxDetections: 100, classwise: false };

function candidates(boxes: readonly (readonly number[])[], scores: readonly number[], classes = 1): Candidates {
  return { boxes: Float64Array.from(boxes.flat()), scores: Float64Array.from(scores), classes };
}

function suppressed(from: Candidates, options: Partial<Options>) {
  const all = { ...ALL, ...options };
  return suppress(from.boxes, rank(from, all), all);
}

const kept = (from: Candidates, options: Partial<Options>) =>
  suppressed(from, options).map(({ box, index }) => [box, index]);

const HERE = [0, 0, 0.5, 0.5];
const NEARLY = [0, 0, 0.5, 0.4];
const THERE = [0.5, 0.5, 1, 1];

describe("intersection over union", () => {
  test.each([
    ["the same", HERE, HERE, 1],
    ["a part", HERE, NEARLY, 0.8],
    ["neighbours", HERE, THERE, 0],
    ["nothing", HERE, [0.1, 0.1, 0.1, 0.4], 0],
    ["inside out", HERE, [0.5, 0.5, 0, 0], 0],
    ["twice inside out", [0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0], 0],
    ["something that is not a number", HERE, [NaN, 0, 1, 1], 0],
  ])("%s", (_, a, b, expected) => {
    expect(intersectionOverUnion([...a, ...b], 0, 1)).toBeCloseTo(expected, 12);
    expect(intersectionOverUnion([...b, ...a], 0, 1)).toBeCloseTo(expected, 12);
  });
});

describe("non-maximum suppression", () => {
  test("keeps the best of what overlaps, best first", () => {
    expect(kept(candidates([NEARLY, THERE, HERE], [0.6, 0.5, 0.9]), {})).toEqual([
      [2, 0],
      [1, 0],
    ]);
  });

  test("keeps what overlaps by the threshold, and not more", () => {
    const both = candidates([HERE, [0, 0, 0.5, 0.25]], [0.9, 0.8]); // exactly a half
    expect(kept(both, { iouThreshold: 0.5 }).length).toBe(2);
    expect(kept(both, { iouThreshold: 0.4999 }).length).toBe(1);
  });

  test("leaves out scores at the threshold and those that are no numbers", () => {
    expect(kept(candidates([HERE, THERE, THERE], [0.5, 0.6, NaN]), { scoreThreshold: 0.5 })).toEqual([[1, 0]]);
  });

  test("takes the lower box of equal scores, and stops at the number wanted", () => {
    const same = candidates([HERE, THERE, NEARLY], [0.5, 0.5, 0.5]);
    expect(kept(same, {})).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(kept(same, { maxDetections: 1 })).toEqual([[0, 0]]);
  });

  test("lets classes compete, or leave each other alone", () => {
    const two = candidates([HERE, NEARLY], [0.9, 0.3, 0.2, 0.8], 2);
    expect(kept(two, { scoreThreshold: 0.1 })).toEqual([[0, 0]]);
    expect(kept(two, { scoreThreshold: 0.1, classwise: true })).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  const some = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 20 })), {
      maxLength: 40,
    })
    .map((items) =>
      candidates(
        items.map(([y, x]) => [y / 10, x / 10, (y + 3) / 10, (x + 3) / 10]),
        items.map(([, , score]) => score / 20),
      ),
    );

  test("whatever comes: what stays does not overlap, what goes overlaps something better", () => {
    fc.assert(
      fc.property(some, (from) => {
        const stay = suppressed(from, { scoreThreshold: 0.2, maxDetections: Infinity }).map(({ box }) => box);
        const overlap = (a: number, b: number) => intersectionOverUnion(from.boxes, a, b) > 0.5;
        for (const box of from.scores.keys()) {
          const score = from.scores[box]!;
          if (score <= 0.2) expect(stay).not.toContain(box);
          else if (stay.includes(box)) expect(stay.some((other) => other !== box && overlap(box, other))).toBe(false);
          else expect(stay.some((other) => overlap(box, other) && from.scores[other]! >= score)).toBe(true);
        }
      }),
    );
  });
});
