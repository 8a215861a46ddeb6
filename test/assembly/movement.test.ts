import fc from "fast-check";
import { describe } from "vitest";
import { elementCount } from "../../src/ir/tensor.js";
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

describe("transpose", () => {
  const cases = fc
    .tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 4, maxLength: 4 }),
      seeds,
    )
    .chain(([rank, sizes, seed]) => {
      const shape = sizes.slice(4 - rank);
      const permutation = fc.shuffledSubarray([...shape.keys()], { minLength: rank, maxLength: rank });
      return fc.record({ shape: fc.constant(shape), permutation, seed: fc.constant(seed) });
    });
  testProperty("of any dimensions", cases, async ({ shape, permutation, seed }, build, flavour) => {
    const one = unaryGraph({ type: "transpose", permutation }, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe("slice", () => {
  const range = fc
    .record({
      all: fc.integer({ min: 1, max: 21 }),
      begin: fc.nat(20),
      step: fc.constantFrom(1, 1, 2, 3, -1, -2),
      part: fc.nat(20),
    })
    .map(({ all, begin, step, part }) => {
      const first = begin % all;
      const most = Math.floor((step > 0 ? all - 1 - first : first) / Math.abs(step)) + 1;
      return { all, begin: first, step, size: 1 + (part % most) };
    });
  const cases = fc.record({ ranges: fc.array(range, { minLength: 1, maxLength: 4 }), seed: seeds });
  testProperty("with any steps", cases, async ({ ranges, seed }, build, flavour) => {
    const attributes = {
      type: "slice",
      begin: ranges.map(({ begin }) => begin),
      size: ranges.map((each) => each.size),
      step: ranges.map(({ step }) => step),
    } as const;
    const one = unaryGraph(
      attributes,
      ranges.map(({ all }) => all),
      flavour,
      seed,
    );
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});
