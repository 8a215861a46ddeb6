import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops/index.js";
import type { Kernels } from "../../src/runtime/features.js";
import { testProperty } from "../support/builds.js";
import { ELEMENTWISE_TYPES, flavoursOf } from "../support/elementwise.js";
import { expectReference } from "../support/expect.js";
import { afterIdentity, runGraph, unaryGraph, type Flavour, type OneOp } from "../support/graphs.js";
import { activations, channels, seeds } from "../support/shapes.js";

const cases = fc.record({
  images: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels,
  activation: activations,
  seed: seeds,
});

describe("activation", () => {
  testProperty("alone, with a change of quantisation", cases, async ({ seed, activation, ...size }, build, flavour) => {
    const shape = [size.images, size.height, size.width, size.channels];
    const one = unaryGraph({ type: "activation", activation }, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe("leaky relu", () => {
  const slopes = fc.record({ case: cases, slope: fc.constantFrom(0.1, 0.2, 0.01, 1.5, -0.5) });
  testProperty("of any slope", slopes, async ({ case: { seed, ...size }, slope }, build, flavour) => {
    const shape = [size.images, size.height, size.width, size.channels];
    const one = unaryGraph({ type: "leakyrelu", slope }, shape, flavour, seed);
    expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  });
});

describe.each(ELEMENTWISE_TYPES)("%s", (type) => {
  const scaled = fc.record({ case: cases, factor: fc.constantFrom(1, 10, 200) });
  testProperty(
    "of small and large numbers",
    scaled,
    async ({ case: { seed, ...size }, factor }, build, flavour) => {
      const shape = [size.images, size.height, size.width, size.channels];
      const one = unaryGraph({ type }, shape, flavour, seed);
      const x = flavour === "float32" ? one.x.map((value) => value * factor) : one.x;
      expectReference(one.op, one.graph.tensors, x, await runGraph({ ...one, x }, build));
    },
    { runs: 60, flavours: flavoursOf(type) },
  );

  test.runIf(!flavoursOf(type).includes("uint8") && !flavoursOf(type).includes("int8"))(
    "of 8 bits is refused",
    async () => {
      const one = unaryGraph({ type }, [1, 2, 2, 3], "int8", 1);
      await expect(runGraph(one, "simd")).rejects.toThrow(`(${type}): input expected float32, got int8`);
    },
  );
});

describe("quantize and dequantize", () => {
  testProperty(
    "from float32 to 8 bits",
    cases,
    async ({ seed, ...size }, build, flavour) => {
      const shape = [size.images, size.height, size.width, size.channels];
      const one = between("float32", flavour, { type: "quantize" }, shape, seed);
      const x = one.x.map((value) => 10 * value);
      await expectBoth({ ...one, x }, build);
    },
    { flavours: ["uint8", "int8"] },
  );

  testProperty(
    "from 8 bits to 8 bits of the other type",
    cases,
    async ({ seed, ...size }, build, flavour) => {
      const shape = [size.images, size.height, size.width, size.channels];
      const one = between(flavour, flavour === "int8" ? "uint8" : "int8", { type: "quantize" }, shape, seed);
      await expectBoth(one, build);
    },
    { flavours: ["uint8", "int8"] },
  );

  testProperty(
    "from 8 bits to float32",
    cases,
    async ({ seed, ...size }, build, flavour) => {
      const shape = [size.images, size.height, size.width, size.channels];
      const one = between(flavour, "float32", { type: "dequantize" }, shape, seed);
      await expectBoth(one, build);
    },
    { flavours: ["uint8", "int8"] },
  );
});

/** In NHWC, as an input comes, and in channel blocks. */
async function expectBoth(one: OneOp, build: Kernels): Promise<void> {
  expectReference(one.op, one.graph.tensors, one.x, await runGraph(one, build));
  expectReference(one.op, one.graph.tensors, one.x, await runGraph(afterIdentity(one), build));
}

/** An operator whose output has another type than its input. */
function between(
  from: Flavour,
  to: Flavour,
  type: { type: "quantize" } | { type: "dequantize" },
  shape: readonly number[],
  seed: number,
): OneOp {
  const input = unaryGraph({ type: "softmax", beta: 1 }, shape, from, seed);
  const output = unaryGraph({ type: "softmax", beta: 1 }, shape, to, seed + 1);
  const tensors = [input.graph.tensors[0]!, { ...output.graph.tensors[0]!, name: "y" }];
  const op: Op = { ...type, inputs: [0], outputs: [1] };
  return { graph: buildGraph({ tensors, ops: [op], inputs: [0], outputs: [1] }), op, x: input.x };
}
