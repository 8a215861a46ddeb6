import fc from "fast-check";
import { describe, expect } from "vitest";
import { Program } from "../../src/runtime/program.js";
import { samePadding } from "../../src/ir/window.js";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { beforePointwise, runGraph, weightedGraph } from "../support/graphs.js";
import { modulesOf } from "../support/modules.js";
import { activations, channels, seeds, windows } from "../support/shapes.js";

/** Dilations by the window that the taps cover. */
const DILATIONS: Readonly<Record<string, readonly [number, number]>> = {
  "5×9": [2, 4],
  "1×4": [1, 3],
  "5×5": [2, 2],
  "3×7": [2, 3],
};

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
    "dilated",
    fc.record({
      window: windows(
        [
          [5, 9],
          [1, 4],
          [5, 5],
          [3, 7],
        ],
        [
          [1, 1],
          [2, 3],
        ],
      ),
      ...rest,
    }),
    async ({ window, images, activation, seed, ...more }, build, flavour) => {
      const { height, width, kernel, stride, padding } = window;
      // Taps that are some rows and columns apart cover this window.
      const dilation = DILATIONS[kernel.join("×")]!;
      const taps = kernel.map((size, i) => (size - 1) / dilation[i]! + 1);
      const attributes = { type: "depthwise", stride, padding, dilation, activation } as const;
      const shape = [images, height, width, more.channels];
      const one = weightedGraph(attributes, shape, [1, ...taps, more.channels], flavour, seed);
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
  );

  testProperty(
    "before a pointwise convolution, on the tile",
    fc.record({ window: windows([[5, 5], [7, 7], [3, 5]], [[1, 1], [2, 2], [3, 1]]), ...rest }), // prettier-ignore
    async ({ window, images, activation, seed, ...more }, build, flavour) => {
      const { height, width, kernel, stride, padding } = window;
      const attributes = { type: "depthwise", stride, padding, activation } as const;
      const shape = [images, height, width, more.channels];
      const { graph, x } = beforePointwise(
        weightedGraph(attributes, shape, [1, ...kernel, more.channels], flavour, seed),
      );
      const options = { maxMemory: 2 ** 28, keep: [] };
      const [fused, apart] = await Promise.all(
        [true, false].map(async (fuse) => Program.create(graph, modulesOf(build), { ...options, fuse })),
      );
      for (const program of [fused!, apart!]) {
        program.inputs[0]!.set(x);
        program.execute();
      }
      expect(fused!.outputs[0]).toEqual(apart!.outputs[0]);
    },
    { runs: 60 },
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
