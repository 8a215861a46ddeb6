import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { buildGraph } from "../../src/ir/graph.js";
import { testProperty } from "../support/builds.js";
import { expectReference } from "../support/expect.js";
import { manyGraph, runGraph, type OneOp } from "../support/graphs.js";
import { seeds } from "../support/shapes.js";

const cases = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 0, maxLength: 3 }),
    channels: fc.constantFrom(1, 4, 7, 8, 11, 16, 24),
    axis: fc.nat(3),
    sizes: fc.array(fc.oneof(fc.constantFrom(8, 16), fc.integer({ min: 1, max: 19 })), { minLength: 1, maxLength: 5 }),
    seed: seeds,
  })
  .map(({ shape, channels, axis: any, ...rest }) => {
    const whole = [...shape, channels];
    // Not along the images.
    const axis = whole.length === 4 ? 1 + (any % 3) : any % whole.length;
    return { whole, axis, ...rest };
  });

/** All inputs in the quantisation of the output. */
function alike(one: OneOp): OneOp {
  const { quantization } = one.graph.tensors.at(-1)!;
  return {
    ...one,
    graph: buildGraph({ ...one.graph, tensors: one.graph.tensors.map((t) => ({ ...t, quantization })) }),
  };
}

describe("concatenation", () => {
  testProperty("along any dimension", cases, async ({ whole, axis, sizes, seed }, build, flavour) => {
    const shapes = sizes.map((size) => whole.map((side, i) => (i === axis ? size : side)));
    const one = manyGraph({ type: "concatenation", axis }, shapes, flavour, seed);
    for (const each of flavour === "float32" ? [one] : [one, alike(one)]) {
      expectReference(each.op, each.graph.tensors, each.x, await runGraph(each, build), ...each.others!);
    }
  });

  test("of constants or of images is refused", async () => {
    const shape = [1, 2, 2, 3];
    const along = (axis: number, constant: boolean) =>
      runGraph(manyGraph({ type: "concatenation", axis }, [shape, shape], "float32", 1, { constant }), "simd");
    await expect(along(3, true)).rejects.toThrow(UnsupportedError);
    await expect(along(0, false)).rejects.toThrow(UnsupportedError);
  });
});
