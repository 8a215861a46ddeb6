import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { align, ALIGNMENT, placeAll } from "../../src/compiler/arena.js";

const lifetimes = fc.array(
  fc
    .record({ bytes: fc.integer({ min: 1, max: 5000 }), first: fc.integer({ min: -1, max: 20 }), length: fc.nat(8) })
    .map(({ bytes, first, length }) => ({ bytes, first, last: first + length })),
  { maxLength: 40 },
);

describe("the arena", () => {
  test("gives no byte to two that live at the same time", () => {
    fc.assert(
      fc.property(lifetimes, (items) => {
        const { offsets, bytes } = placeAll(items);
        for (const [i, a] of items.entries()) {
          expect(offsets[i]! % ALIGNMENT).toBe(0);
          expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(bytes);
          for (const [j, b] of items.entries()) {
            if (i === j || a.first > b.last || b.first > a.last) continue;
            expect(offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!).toBe(true);
          }
        }
      }),
    );
  });

  test("reuses what is dead: a chain needs its two largest neighbours", () => {
    const sizes = [1000, 4000, 2000, 6000, 100, 50];
    const items = sizes.map((bytes, i) => ({ bytes, first: i, last: i + 1 }));
    expect(placeAll(items).bytes).toBeLessThanOrEqual(align(2000) + align(6000));
  });
});
