import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MOST_CANDIDATES, Ranking, whole } from "../../src/detection/ranking.js";
import { float64 } from "../../src/detection/rounding.js";
import { intersectionOverUnion, MOST_COMPARISONS, suppress } from "../../src/detection/suppress.js";

/** Boxes, and the score of each. */
interface Proposed {
  readonly boxes: readonly number[];
  readonly scores: Float64Array;
}

function candidates(boxes: readonly (readonly number[])[], scores: readonly number[]): Proposed {
  return { boxes: boxes.flat(), scores: Float64Array.from(scores) };
}

function ranked(scores: Float64Array | Float32Array, score = 0, inclusive = false): Ranking {
  const ranking = new Ranking(scores.length);
  ranking.fill(whole(scores), { score, inclusive });
  return ranking;
}

interface Options {
  readonly scoreThreshold?: number;
  readonly inclusive?: boolean;
  readonly iouThreshold?: number;
  readonly maxDetections?: number;
  readonly maxPerClass?: number;
  readonly classes?: readonly number[];
}

function kept({ boxes, scores }: Proposed, options: Options): number[] {
  const { scoreThreshold, inclusive, classes, iouThreshold = 0.5, maxDetections = 100, maxPerClass = 100 } = options;
  return suppress(ranked(scores, scoreThreshold, inclusive), {
    overlap: intersectionOverUnion(boxes),
    iouThreshold,
    maxDetections,
    maxPerClass,
    ...(classes && { classOf: (candidate: number) => classes[candidate]! }),
  }).map(({ candidate }) => candidate);
}

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
    for (const [round, digits] of [
      [float64, 12],
      [Math.fround, 6],
    ] as const) {
      expect(intersectionOverUnion([...a, ...b], round)(0, 1)).toBeCloseTo(expected, digits);
      expect(intersectionOverUnion([...b, ...a], round)(0, 1)).toBeCloseTo(expected, digits);
    }
  });
});

test("intersection over union in float32 is a float32", () => {
  const boxes = Float32Array.from([0, 0, 0.7, 0.9, 0.1, 0.2, 0.8, 0.9]);
  const exact = intersectionOverUnion(boxes)(0, 1);
  const rounded = intersectionOverUnion(boxes, Math.fround)(0, 1);
  expect(Math.fround(exact)).not.toBe(exact);
  expect(Math.fround(rounded)).toBe(rounded);
});

describe("non-maximum suppression", () => {
  test("keeps the best of what overlaps, best first", () => {
    expect(kept(candidates([NEARLY, THERE, HERE], [0.6, 0.5, 0.9]), {})).toEqual([2, 1]);
  });

  test("keeps what overlaps by the threshold, and not more", () => {
    const both = candidates([HERE, [0, 0, 0.5, 0.25]], [0.9, 0.8]); // exactly a half
    expect(kept(both, { iouThreshold: 0.5 }).length).toBe(2);
    expect(kept(both, { iouThreshold: 0.4999 }).length).toBe(1);
  });

  test("leaves out scores at the threshold, unless it is inclusive, and those that are no numbers", () => {
    const three = candidates([HERE, THERE, THERE], [0.5, 0.6, NaN]);
    expect(kept(three, { scoreThreshold: 0.5 })).toEqual([1]);
    expect(kept(three, { scoreThreshold: 0.5, inclusive: true })).toEqual([1, 0]);
  });

  test("takes the lower box of equal scores, and stops at the number wanted", () => {
    const same = candidates([HERE, THERE, NEARLY], [0.5, 0.5, 0.5]);
    expect(kept(same, {})).toEqual([0, 1]);
    expect(kept(same, { maxDetections: 1 })).toEqual([0]);
  });

  test("lets classes compete, or leave each other alone, each up to a number", () => {
    const three = candidates([HERE, NEARLY, THERE], [0.9, 0.8, 0.7]);
    expect(kept(three, {})).toEqual([0, 2]);
    expect(kept(three, { classes: [0, 1, 1] })).toEqual([0, 1, 2]);
    expect(kept(three, { classes: [0, 1, 1], maxPerClass: 1 })).toEqual([0, 1]);
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
        const stay = kept(from, { scoreThreshold: 0.2, maxDetections: Infinity });
        const iou = intersectionOverUnion(from.boxes);
        const overlap = (a: number, b: number) => iou(a, b) > 0.5;
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

describe("a ranking", () => {
  function all(ranking: Ranking): number[] {
    const order: number[] = [];
    for (let next = ranking.next(); next; next = ranking.next()) order.push(next.candidate);
    return order;
  }

  test("is a stable sort, of any scores", () => {
    const scores = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1)), { maxLength: 50 });
    fc.assert(
      fc.property(scores, (values) => {
        const sorted = [...values.keys()].toSorted((a, b) =>
          values[a] === values[b] ? a - b : values[b]! - values[a]!,
        );
        expect(all(ranked(Float64Array.from(values), -Infinity, true))).toEqual(sorted);
      }),
    );
  });

  // More candidates than it ranks: some in bins of their own, or all in a few.
  test.each([
    ["falling", (i: number) => 1 / (1 + i)],
    ["rising, below zero", (i: number) => i - MOST_CANDIDATES],
    ["equal", () => 0.5],
    ["of two kinds", (i: number) => (i % 3 ? 0.25 : 0.75)],
  ])("keeps the best of too many scores: %s", (_, scoreOf) => {
    const values = Float32Array.from({ length: MOST_CANDIDATES + 1000 }, (__, i) => scoreOf(i));
    const order = all(ranked(values, -Infinity, true));
    expect(order.length).toBe(MOST_CANDIDATES);
    const best = [...values.keys()].toSorted((a, b) => values[b]! - values[a]! || a - b);
    // The lowest of them share a bin with some that are dropped.
    expect(order.slice(0, 1000)).toEqual(best.slice(0, 1000));
    const [lowest, expected] = [values[order.at(-1)!]!, values[best[MOST_CANDIDATES - 1]!]!];
    expect(Math.abs(lowest - expected)).toBeLessThanOrEqual(0.01 * Math.abs(expected));
  });
});

test("the comparisons of a run are bounded", () => {
  const count = 50_000;
  let comparisons = 0;
  const found = suppress(ranked(new Float32Array(count).fill(0.5)), {
    overlap: () => {
      ++comparisons;
      return 0;
    },
    iouThreshold: 0.5,
    maxDetections: count,
  });
  expect(comparisons).toBeLessThan(MOST_COMPARISONS + count);
  expect(found.length).toBeGreaterThan(4000);
});
