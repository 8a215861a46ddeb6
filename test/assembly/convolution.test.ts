import fc from "fast-check";
import { describe } from "vitest";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { afterIdentity, runGraph, weightedGraph } from "../support/graphs.js";
import { activations, channels, seeds, windows } from "../support/shapes.js";

const cases = fc.record({
  window: windows(
    [
      [3, 3],
      [1, 1],
      [2, 3],
      [5, 1],
      [5, 5],
    ],
    [
      [1, 1],
      [2, 2],
      [1, 2],
      [3, 1],
    ],
  ),
  images: fc.integer({ min: 1, max: 2 }),
  depth: fc.integer({ min: 1, max: 19 }),
  channels,
  activation: activations,
  seed: seeds,
});

describe("standard convolution", () => {
  testProperty("of an NHWC image", cases, async ({ window, images, depth, seed, ...rest }, build, flavour) => {
    const { height, width, kernel, stride, padding } = window;
    const attributes = { type: "convolution", stride, padding, activation: rest.activation } as const;
    const one = weightedGraph(
      attributes,
      [images, height, width, depth],
      [rest.channels, ...kernel, depth],
      flavour,
      seed,
    );
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });

  testProperty("of channel blocks", cases, async ({ window, images, depth, seed, ...rest }, build, flavour) => {
    const { height, width, kernel, stride, padding } = window;
    const attributes = { type: "convolution", stride, padding, activation: rest.activation } as const;
    const one = weightedGraph(
      attributes,
      [images, height, width, depth],
      [rest.channels, ...kernel, depth],
      flavour,
      seed,
    );
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(afterIdentity(one), build));
  });
});
