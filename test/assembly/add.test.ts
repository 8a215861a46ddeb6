import fc from "fast-check";
import { describe } from "vitest";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { manyGraph, runGraph } from "../support/graphs.js";
import { activations, channels, seeds } from "../support/shapes.js";

const size = {
  images: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.oneof(channels, fc.constantFrom(320, 1024)),
  activation: activations,
  seed: seeds,
};

describe("add", () => {
  testProperty("of two activations", fc.record(size), async ({ activation, seed, ...rest }, build, flavour) => {
    const shape = [rest.images, rest.height, rest.width, rest.channels];
    const one = manyGraph({ type: "add", activation }, [shape, shape], flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build), ...one.others!);
  });

  const constants = fc.record({ ...size, form: fc.constantFrom("scalar", "one", "vector", "map") });
  testProperty("of a constant", constants, async ({ activation, seed, form, ...rest }, build, flavour) => {
    const shape = [rest.images, rest.height, rest.width, rest.channels];
    const constant = { scalar: [], one: [1], vector: [rest.channels], map: [1, 1, 1, rest.channels] }[form]!;
    const one = manyGraph({ type: "add", activation }, [shape, constant], flavour, seed, { constant: true });
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});
