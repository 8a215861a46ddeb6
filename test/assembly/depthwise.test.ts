import fc from "fast-check";
import { describe } from "vitest";
import { samePadding } from "../../src/ir/window.js";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { runGraph, weightedGraph } from "../support/graphs.js";
import { activations, channels, seeds, windows } from "../support/shapes.js";

const rest = { images: fc.integer({ min: 1, max: 2 }), channels, activation: activations, seed: seeds };

describe("depthwise convolution", () => {
  const threes = windows(
    [[3, 3]],
    [
      [1, 1],
      [2, 2],
    ],
  );
  testProperty(
    "3×3, stride 1 and 2",
    fc.record({ window: threes, ...rest }),
    async ({ window, images, activation, seed, ...more }, build, flavour) => {
      const { height, width, stride, padding } = window;
      const attributes = { type: "depthwise", stride, padding, activation } as const;
      const shape = [images, height, width, more.channels];
      const one = weightedGraph(attributes, shape, [1, 3, 3, more.channels], flavour, seed);
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
    { runs: 250 },
  );

  const others = windows(
    [
      [1, 1],
      [2, 3],
      [5, 5],
      [3, 3],
    ],
    [
      [1, 1],
      [3, 2],
      [1, 2],
    ],
  );
  testProperty(
    "any kernel and stride",
    fc.record({ window: others, ...rest }),
    async ({ window, images, activation, seed, ...more }, build, flavour) => {
      const { height, width, kernel, stride, padding } = window;
      const attributes = { type: "depthwise", stride, padding, activation } as const;
      const shape = [images, height, width, more.channels];
      const one = weightedGraph(attributes, shape, [1, ...kernel, more.channels], flavour, seed);
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
  );

  testProperty(
    "the layers of the paper",
    fc.constantFrom([14, 512, 1], [7, 1024, 1], [14, 512, 2], [28, 128, 2], [56, 64, 1]),
    async ([size, count, step], build, flavour) => {
      const [side, across, stride] = [size!, count!, [step!, step!] as const];
      const padding = samePadding([side, side], [3, 3], stride);
      const attributes = { type: "depthwise", stride, padding, activation: "relu6" } as const;
      const one = weightedGraph(attributes, [1, side, side, across], [1, 3, 3, across], flavour, 1);
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
    { runs: 5 },
  );
});
