import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BINARY_TYPES, binaryGraph, flavoursOf } from "../support/binary.js";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { manyGraph, runGraph } from "../support/graphs.js";
import { activations, channels, seeds } from "../support/shapes.js";

const flags = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean());
const cases = fc.record({
  sizes: fc.tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 6 }),
    channels,
  ),
  rank: fc.integer({ min: 1, max: 4 }),
  /** The sides in which each operand has size 1. */
  ones: fc.tuple(flags, flags),
  constant: fc.boolean(),
  /** Leading dimensions that a constant lacks. */
  missing: fc.integer({ min: 0, max: 4 }),
  swapped: fc.boolean(),
  activation: activations,
  seed: seeds,
});

describe.each(BINARY_TYPES)("%s", (type) => {
  testProperty(
    "of operands that broadcast in any dimension",
    cases,
    async ({ sizes, rank, ones, missing, ...rest }, build, flavour) => {
      const [x, y] = ones.map((isOne) => sizes.map((size, i) => (isOne[i] ? 1 : size)).slice(4 - rank));
      const shapes = [x!, rest.constant ? y!.slice(Math.min(missing, rank)) : y!] as const;
      const one = binaryGraph({ type, shapes, ...rest }, flavour);
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build), ...one.others!);
    },
    { flavours: flavoursOf(type) },
  );

  test.runIf(!flavoursOf(type).includes("int8"))("of 8 bits is refused", async () => {
    const one = manyGraph({ type, activation: "none" }, [[1, 2, 2, 3], [3]], "int8", 1, { constant: true });
    await expect(runGraph(one, "simd")).rejects.toThrow(`(${type}): input expected float32, got int8`);
  });
});

test("shapes that do not broadcast are refused", () => {
  const graph = (y: readonly number[]) =>
    manyGraph({ type: "mul", activation: "none" }, [[1, 4, 2, 6], y], "float32", 1);
  expect(() => graph([1, 4, 2, 3])).toThrow("sizes that are equal or 1, got 1×4×2×6 and 1×4×2×3");
  expect(() => graph([6])).toThrow("expected 4 dimensions or constants, got 6");
});
