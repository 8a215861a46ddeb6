import fc from "fast-check";
import { describe } from "vitest";
import { elementCount } from "../../src/graph/tensor.js";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { runGraph, unaryGraph } from "../support/graphs.js";
import { channels, seeds } from "../support/shapes.js";

const side = fc.integer({ min: 0, max: 3 });
const size = {
  images: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels,
  seed: seeds,
};

describe("pad", () => {
  const cases = fc.record({ ...size, padding: fc.record({ top: side, bottom: side, left: side, right: side }) });
  testProperty("on any side", cases, async ({ images, height, width, padding, seed, ...rest }, build, flavour) => {
    const one = unaryGraph({ type: "pad", padding }, [images, height, width, rest.channels], flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe("reshape", () => {
  const cases = fc.record(size).chain(({ images, height, width, seed, ...rest }) => {
    const shape = [images, height, width, rest.channels];
    return fc.record({
      shape: fc.constant(shape),
      to: fc.constantFrom(...factorings(elementCount(shape))),
      seed: fc.constant(seed),
    });
  });
  testProperty("to any shape of as many elements", cases, async ({ shape, to, seed }, build, flavour) => {
    const one = unaryGraph({ type: "reshape", shape: to }, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

/** Shapes of one to four dimensions with so many elements. */
function factorings(count: number): number[][] {
  const divisors = Array.from({ length: count }, (_, i) => i + 1).filter((d) => count % d === 0);
  const matrices = divisors.map((d) => [count / d, d]);
  const cubes = divisors.flatMap((d) =>
    divisors.filter((e) => (count / d) % e === 0).map((e) => [count / d / e, e, d]),
  );
  return [[count], ...matrices, ...cubes, ...cubes.map((shape) => [1, ...shape])];
}
