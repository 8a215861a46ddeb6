/** A test for every build of the kernels and every element type. */
import fc from "fast-check";
import { describe, test } from "vitest";
import { FLAVOURS, type Flavour } from "./graphs.js";
import { BUILDS, type Build } from "./modules.js";

/** Runs `property` for random values, in each build and for each element type. fast-check prints the seed of a failure. */
export function testProperty<T>(
  title: string,
  arbitrary: fc.Arbitrary<T>,
  property: (value: T, build: Build, flavour: Flavour) => Promise<void>,
  {
    runs = 120,
    flavours = FLAVOURS,
    builds = BUILDS,
  }: { runs?: number; flavours?: readonly Flavour[]; builds?: readonly Build[] } = {},
): void {
  describe.each(builds)("%s", (build) => {
    test.each(flavours)(`${title}: %s`, async (flavour) => {
      const asyncProperty = fc.asyncProperty(arbitrary, (value) => property(value, build, flavour));
      await fc.assert(asyncProperty, { numRuns: runs });
    });
  });
}
