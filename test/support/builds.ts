/** A test for every build of the kernels and every element type. */
import fc from "fast-check";
import { describe, test } from "vitest";
import type { Kernels } from "../../src/runtime/features.js";
import { FLAVOURS, type Flavour } from "./graphs.js";
import { BUILDS } from "./modules.js";

/** With SAMPLE=1 the kernels for all engines get a quarter of the cases: .ci/run has run them with all on Node 20. */
function runsOf(build: Kernels, runs: number): number {
  return process.env.SAMPLE === "1" && build === "simd" ? Math.ceil(runs / 4) : runs;
}

/** Runs `property` for random values, in each build and for each element type. fast-check prints the seed of a failure. */
export function testProperty<T>(
  title: string,
  arbitrary: fc.Arbitrary<T>,
  property: (value: T, build: Kernels, flavour: Flavour) => Promise<void>,
  { runs = 120, flavours = FLAVOURS }: { runs?: number; flavours?: readonly Flavour[] } = {},
): void {
  describe.each(BUILDS)("%s", (build) => {
    test.each(flavours)(`${title}: %s`, async (flavour) => {
      const asyncProperty = fc.asyncProperty(arbitrary, (value) => property(value, build, flavour));
      await fc.assert(asyncProperty, { numRuns: runsOf(build, runs) });
    });
  });
}
