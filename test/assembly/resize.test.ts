import fc from "fast-check";
import { describe } from "vitest";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { runGraph, unaryGraph } from "../support/graphs.js";
import { channels, seeds } from "../support/shapes.js";

const side = fc.integer({ min: 1, max: 9 });
const rest = { images: fc.integer({ min: 1, max: 2 }), height: side, width: side, channels, seed: seeds };
const coordinates = fc.constantFrom("asymmetric", "alignCorners", "halfPixel");
const size = fc.tuple(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 17 }));

describe("resize", () => {
  testProperty(
    "bilinear",
    fc.record({ coordinates, size, ...rest }),
    async ({ images, height, width, seed, ...more }, build, flavour) => {
      const { coordinates: convention, size: to } = more;
      const attributes = {
        type: "resize",
        mode: "bilinear",
        rounding: "floor",
        coordinates: convention,
        size: to,
      } as const;
      const one = unaryGraph(attributes, [images, height, width, more.channels], flavour, seed);
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
  );

  const rounding = fc.constantFrom("floor", "ceil", "halfUp", "halfDown");
  const ratio = fc.option(
    fc.tuple(fc.double({ min: 0.1, max: 3, noNaN: true }), fc.double({ min: 0.1, max: 3, noNaN: true })),
  );
  testProperty(
    "nearest",
    fc.record({ coordinates, size, rounding, ratio, ...rest }),
    async ({ images, height, width, seed, ...more }, build, flavour) => {
      const { coordinates: convention, size: to } = more;
      const attributes = {
        type: "resize",
        mode: "nearest",
        rounding: more.rounding,
        coordinates: convention,
        size: to,
        ...(more.ratio && { ratio: more.ratio }),
      } as const;
      const one = unaryGraph(attributes, [images, height, width, more.channels], flavour, seed);
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
  );
});
