import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_PADDING } from "../../src/ir/window.js";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { runGraph, unaryGraph } from "../support/graphs.js";
import { BUILDS } from "../support/modules.js";
import { activations, channels, seeds, windows } from "../support/shapes.js";

describe("max pooling", () => {
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
  // Padding below the kernel's size, so that no window is empty.
  const small = windows(
    [
      [2, 2],
      [1, 1],
    ],
    [
      [1, 1],
      [2, 2],
    ],
  ).filter(({ kernel, padding }) => Math.max(...Object.values(padding)) < kernel[0]);
  const cases = fc.record({
    window: fc.oneof(sized, small),
    images: fc.integer({ min: 1, max: 2 }),
    channels,
    activation: activations,
    seed: seeds,
  });
  testProperty("of any window", cases, async ({ window, images, activation, seed, ...rest }, build, flavour) => {
    const { height, width, kernel, stride, padding } = window;
    const attributes = { type: "maxpool", kernel, stride, padding, activation } as const;
    const one = unaryGraph(attributes, [images, height, width, rest.channels], flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });

  test.each(BUILDS)("keeps a NaN (%s)", async (build) => {
    const window = { kernel: [1, 3], stride: [1, 1], padding: NO_PADDING } as const;
    const one = unaryGraph({ type: "maxpool", ...window, activation: "none" }, [1, 1, 5, 1], "float32", 1);
    expect(await runGraph({ ...one, x: Float32Array.of(NaN, 1, 2, 3, 4) }, build)).toEqual(Float32Array.of(NaN, 3, 4));
    expect(await runGraph({ ...one, x: Float32Array.of(1, 2, 3, 4, NaN) }, build)).toEqual(Float32Array.of(3, 4, NaN));
  });
});
