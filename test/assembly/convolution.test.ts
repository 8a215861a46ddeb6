import fc from "fast-check";
import { describe } from "vitest";
import { isUnpadded, type Padding, type Size } from "../../src/ir/window.js";
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

/** Without a window there is no padding to fill. */
function isPointwise(kernel: Size, stride: Size, padding: Padding): boolean {
  return [...kernel, ...stride].every((size) => size === 1) && isUnpadded(padding);
}

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

  const padValues = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 19, maxLength: 19 });
  testProperty(
    "of an NHWC image padded with other numbers than 0",
    fc.tuple(cases, padValues),
    async ([{ window, images, depth, seed, ...rest }, values], build, flavour) => {
      const { height, width, kernel, stride, padding } = window;
      const padValue = values.slice(0, depth).map(Math.fround);
      const attributes = { type: "convolution", stride, padding, padValue, activation: rest.activation } as const;
      const shape = [images, height, width, depth];
      const one = weightedGraph(attributes, shape, [rest.channels, ...kernel, depth], flavour, seed);
      if (isPointwise(kernel, stride, padding)) return;
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
    { flavours: ["float32"] },
  );

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

  testProperty("dilated", cases, async ({ window, images, depth, seed, ...rest }, build, flavour) => {
    const { stride, padding, kernel } = window;
    const dilation = [2, 3] as const;
    // So that the window fits.
    const [height, width] = [window.height + kernel[0], window.width + 2 * kernel[1]];
    const attributes = { type: "convolution", stride, padding, dilation, activation: rest.activation } as const;
    const shape = [images, height, width, depth];
    const one = weightedGraph(attributes, shape, [rest.channels, ...kernel, depth], flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});
