import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { align, ALIGNMENT, placeAll, type Lifetime } from "../../src/compiler/arena.js";

const lifetimes = fc.array(
  fc
    .record({ bytes: fc.integer({ min: 1, max: 5000 }), first: fc.integer({ min: -1, max: 20 }), length: fc.nat(8) })
    .map(({ bytes, first, length }) => ({ bytes, first, last: first + length })),
  { maxLength: 40 },
);

/** No two that live at the same time share bytes: sweeps over the steps. */
function expectApart(items: readonly Lifetime[]): void {
  const { offsets, bytes } = placeAll(items);
  const live = new Map<number, number>(); // by offset
  const order = [...items.keys()].toSorted((a, b) => items[a]!.first - items[b]!.first);
  for (const index of order) {
    const item = items[index]!;
    expect(offsets[index]! + item.bytes).toBeLessThanOrEqual(bytes);
    for (const [at, other] of live) if (items[other]!.last < item.first) live.delete(at);
    for (const [at, other] of live) {
      if (!(offsets[index]! + item.bytes <= at || at + items[other]!.bytes <= offsets[index]!)) {
        throw new Error(`${index} and ${other} share bytes`);
      }
    }
    live.set(offsets[index]!, index);
  }
}

describe("the arena", () => {
  test("places very many in a chain, and gives no byte to two neighbours", () => {
    const items = Array.from({ length: 20_000 }, (_, i) => ({ bytes: 1 + ((i * 37) % 5000), first: i, last: i + 1 }));
    expectApart(items);
    const total = items.reduce((sum, { bytes }) => sum + align(bytes), 0);
    expect(placeAll(items).bytes).toBeLessThan(total / 50);
  });

  test("places very many that live for ever", () => {
    const items = Array.from({ length: 40_000 }, (_, i) => ({ bytes: 64, first: i, last: 40_000 }));
    const { offsets, bytes } = placeAll(items);
    expect(new Set(offsets).size).toBe(40_000);
    expect(bytes).toBe(64 * 40_000);
  });

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
