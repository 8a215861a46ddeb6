import fc from "fast-check";
import { describe } from "vitest";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { runGraph, unaryGraph } from "../support/graphs.js";
import { channels, seeds } from "../support/shapes.js";

const dimension = fc.integer({ min: 1, max: 7 });
const cases = fc.record({
  outer: fc.array(dimension, { maxLength: 3 }),
  channels,
  axes: fc.uniqueArray(fc.nat(3), { minLength: 1 }),
  name: fc.constantFrom("mean", "sum", "max", "min"),
  seed: seeds,
});

describe("reduce", () => {
  testProperty("over any dimensions", cases, async ({ outer, axes, name, seed, ...rest }, build, flavour) => {
    const shape = [...outer, rest.channels];
    const attributes = { type: "reduce", function: name, axes: axes.filter((axis) => axis < shape.length) } as const;
    const one = unaryGraph(attributes, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe("L2 normalization", () => {
  testProperty(
    "over the channels",
    fc.record({ outer: fc.array(dimension, { maxLength: 3 }), channels, seed: seeds }),
    async ({ outer, seed, ...rest }, build, flavour) => {
      const one = unaryGraph({ type: "l2normalization", epsilon: 1e-6 }, [...outer, rest.channels], flavour, seed);
      expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
    },
    { flavours: ["float32"] },
  );
});
