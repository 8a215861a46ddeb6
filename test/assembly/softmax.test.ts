import fc from "fast-check";
import { describe, expect } from "vitest";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { runGraph, unaryGraph } from "../support/graphs.js";
import { seeds } from "../support/shapes.js";

describe("softmax", () => {
  const cases = fc.record({
    rows: fc.integer({ min: 1, max: 4 }),
    channels: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1000, 1001)),
    beta: fc.constantFrom(1, 0.5, 2),
    scale: fc.constantFrom(1, 10, 100),
    seed: seeds,
  });
  testProperty("of any size", cases, async ({ rows, channels, beta, scale, seed }, build, flavour) => {
    const one = unaryGraph({ type: "softmax", beta }, [rows, channels], flavour, seed);
    const x = flavour === "float32" ? one.x.map((value) => value * scale) : one.x;
    expectReference(one.op, one.graph.tensors, x, await runGraph({ ...one, x }, build));
  });

  testProperty(
    "adds up to 1 for logits far apart",
    fc.array(fc.float({ min: -(2 ** 100), max: 2 ** 100, noNaN: true }), { minLength: 1, maxLength: 20 }),
    async (logits, build) => {
      const one = unaryGraph({ type: "softmax", beta: 1 }, [1, logits.length], "float32", 1);
      const got = await runGraph({ ...one, x: Float32Array.from(logits) }, build);
      expect(Array.from(got).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    },
    { flavours: ["float32"] },
  );
});
