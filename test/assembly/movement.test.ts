import fc from "fast-check";
import { describe } from "vitest";
import { elementCount } from "../../src/ir/tensor.js";
import { NO_PADDING } from "../../src/ir/window.js";
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

/** Up to four dimensions of any size, and a number for each. */
function shapes<T>(each: (size: number) => fc.Arbitrary<T>) {
  const dimension = fc
    .integer({ min: 1, max: 19 })
    .chain((all) => fc.record({ all: fc.constant(all), part: each(all) }));
  return fc.record({ dimensions: fc.array(dimension, { minLength: 1, maxLength: 4 }), seed: seeds });
}

describe("tile", () => {
  const cases = shapes(() => fc.integer({ min: 1, max: 3 }));
  testProperty("along any dimensions", cases, async ({ dimensions, seed }, build, flavour) => {
    const multiples = dimensions.map(({ part }) => part);
    const one = unaryGraph({ type: "tile", multiples }, dimensions.map(({ all }) => all), flavour, seed); // prettier-ignore
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe("gather", () => {
  const cases = shapes((all) => fc.array(fc.nat(all - 1), { minLength: 1, maxLength: 19 }));
  testProperty("along any dimension", cases, async ({ dimensions, seed }, build, flavour) => {
    const axis = seed % dimensions.length;
    const attributes = { type: "gather", axis, indices: dimensions[axis]!.part } as const;
    const one = unaryGraph(attributes, dimensions.map(({ all }) => all), flavour, seed); // prettier-ignore
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe("pad any dimension", () => {
  const amounts = (all: number) => fc.tuple(fc.nat(Math.min(all - 1, 5)), fc.nat(Math.min(all - 1, 5)));
  const modes = fc.constantFrom("constant", "edge", "reflect", "symmetric");
  const cases = fc.record({ shape: shapes(amounts), mode: modes, steps: fc.integer({ min: -20, max: 20 }) });
  testProperty("in any mode", cases, async ({ shape: { dimensions, seed }, mode, steps }, build, flavour) => {
    const [before, after] = ([0, 1] as const).map((end) => dimensions.map(({ part }) => part[end])) as [number[], number[]]; // prettier-ignore
    const sizes = dimensions.map(({ all }) => all);
    const graphOf = (value: number) => unaryGraph({ type: "padany", before, after, mode, value }, sizes, flavour, seed);
    const quantization = graphOf(0).graph.tensors[0]!.quantization;
    // A value of the type: steps from 0, which is within the range or clamped to it.
    const lowest = flavour === "int8" ? -128 : 0;
    const zero = quantization?.zeroPoint[0] ?? 0;
    const step = quantization ? Math.min(Math.max(steps, lowest - zero), lowest + 255 - zero) : steps;
    const one = graphOf(step * (quantization?.scale[0] ?? 0.37));
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe("depth to space and back", () => {
  const cases = fc.record({
    ...size,
    blockSize: fc.integer({ min: 1, max: 3 }),
    order: fc.constantFrom("dcr", "crd"),
    crops: fc.record({ top: fc.nat(2), bottom: fc.nat(2), left: fc.nat(2), right: fc.nat(2) }),
  });
  testProperty("depth to space", cases, async ({ images, height, width, seed, ...rest }, build, flavour) => {
    const { blockSize, order, crops } = rest;
    const shape = [images, height, width, Math.min(rest.channels, 17) * blockSize ** 2];
    const fits = crops.top + crops.bottom < height * blockSize && crops.left + crops.right < width * blockSize;
    const attributes = { type: "depthtospace", blockSize, order, ...(fits && { crops }) } as const;
    const one = unaryGraph(attributes, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });

  testProperty("space to depth", cases, async ({ images, height, width, seed, ...rest }, build, flavour) => {
    const { blockSize } = rest;
    const shape = [images, height * blockSize, width * blockSize, rest.channels];
    const one = unaryGraph({ type: "spacetodepth", blockSize }, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });

  const block = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
  const batches = fc.record({ ...size, block, crops: cases.map(({ crops }) => crops) });
  testProperty("space to batch", batches, async ({ images, height, width, seed, ...rest }, build, flavour) => {
    const shape = [images, height * rest.block[0], width * rest.block[1], rest.channels];
    const one = unaryGraph({ type: "spacetobatch", block: rest.block }, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });

  testProperty("batch to space", batches, async ({ images, height, width, seed, ...rest }, build, flavour) => {
    const { block: blocks, crops } = rest;
    const shape = [images * blocks[0] * blocks[1], height, width, rest.channels];
    const fits = crops.top + crops.bottom < height * blocks[0] && crops.left + crops.right < width * blocks[1];
    const attributes = { type: "batchtospace", block: blocks, crops: fits ? crops : NO_PADDING } as const;
    const one = unaryGraph(attributes, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});
