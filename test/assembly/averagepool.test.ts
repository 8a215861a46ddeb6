import fc from "fast-check";
import { describe } from "vitest";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { runGraph, unaryGraph } from "../support/graphs.js";
import { activations, channels, seeds, windows } from "../support/shapes.js";

describe("average pooling", () => {
  // Padding below the kernel's size, so that no window is empty.
  const sized = windows(
    [
      [3, 3],
      [3, 4],
      [7, 5],
    ],
    [
      [1, 1],
      [2, 2],
      [3, 1],
    ],
  );
  const cases = fc.record({
    window: sized,
    images: fc.integer({ min: 1, max: 2 }),
    channels,
    activation: activations,
    seed: seeds,
  });
  testProperty("of any window", cases, async ({ window, images, activation, seed, ...rest }, build, flavour) => {
    const { height, width, kernel, stride, padding } = window;
    const attributes = { type: "averagepool", kernel, stride, padding, activation } as const;
    const one = unaryGraph(attributes, [images, height, width, rest.channels], flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe("mean over height and width", () => {
  const cases = fc.record({
    images: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 12 }),
    width: fc.integer({ min: 1, max: 12 }),
    channels,
    keepDims: fc.boolean(),
    seed: seeds,
  });
  testProperty("of any size", cases, async ({ images, height, width, keepDims, seed, ...rest }, build, flavour) => {
    const one = unaryGraph({ type: "mean", keepDims }, [images, height, width, rest.channels], flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});
