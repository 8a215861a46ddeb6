import fc from "fast-check";
import { describe } from "vitest";
import { NO_PADDING } from "../../src/ir/window.js";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { runGraph, weightedGraph } from "../support/graphs.js";
import { activations, channels, seeds } from "../support/shapes.js";

/** More take the reference a second, and no tile more. */
const MAX_MULT_ADDS = 2 ** 23;

describe("pointwise convolution", () => {
  const cases = fc
    .record({
      images: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 1, max: 9 }),
      width: fc.integer({ min: 1, max: 11 }),
      depth: fc.oneof(channels, fc.constantFrom(128, 512, 1024)),
      channels: fc.oneof(channels, fc.constantFrom(128, 257)),
      activation: activations,
      seed: seeds,
    })
    .filter((each) => each.images * each.height * each.width * each.depth * each.channels <= MAX_MULT_ADDS);
  testProperty(
    "of any size",
    cases,
    async ({ images, height, width, depth, activation, seed, ...rest }, build, flavour) => {
      const attributes = { type: "convolution", stride: [1, 1], padding: NO_PADDING, activation } as const;
      const one = weightedGraph(
        attributes,
        [images, height, width, depth],
        [rest.channels, 1, 1, depth],
        flavour,
        seed,
      );
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
  );
});

describe("fully connected layer", () => {
  const cases = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    depth: fc.oneof(channels, fc.constantFrom(128, 1024)),
    channels: fc.oneof(channels, fc.constantFrom(2, 1000, 1001)),
    activation: activations,
    seed: seeds,
  });
  testProperty("of any size", cases, async ({ rows, depth, activation, seed, ...rest }, build, flavour) => {
    const attributes = { type: "fullyconnected", activation } as const;
    const one = weightedGraph(attributes, [rows, depth], [rest.channels, depth], flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});
