/** Convolutions in terms of others: the same results as their definitions say. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../../src/errors.js";
import { readTflite } from "../../../src/formats/tflite/read.js";
import { buildGraph } from "../../../src/ir/graph.js";
import type { Op } from "../../../src/ir/ops/index.js";
import { prepare } from "../../../src/ir/passes/index.js";
import type { Tensor } from "../../../src/ir/tensor.js";
import { NO_PADDING } from "../../../src/ir/window.js";
import { seededRandom } from "../../../src/models/random.js";
import { referenceValues } from "../../reference/index.js";
import { testProperty } from "../../support/builds.js";
import { expectReference } from "../../support/expect.js";
import { afterIdentity, runGraph, unaryGraph, weightedGraph, type OneOp } from "../../support/graphs.js";
import { describeShared, sharedBytes } from "../../support/shared.js";
import { activations, channels, seeds, windows } from "../../support/shapes.js";

const rest = { images: fc.integer({ min: 1, max: 2 }), activation: activations, seed: seeds };
const kernels = windows([[1, 1], [3, 3], [2, 3]], [[1, 1], [2, 2], [1, 2]]); // prettier-ignore

/** Runs what the passes make of a graph, and expects what the reference makes of its operator. */
async function expectDefinition(one: OneOp, build: Parameters<typeof runGraph>[1]): Promise<string[]> {
  const graph = await prepare(one.graph);
  expectReference(one.op, one.graph.tensors, one.x, await runGraph({ ...one, graph }, build));
  return graph.ops.map(({ type }) => type);
}

testProperty(
  "a depth multiplier",
  fc.record({
    window: kernels,
    depth: fc.integer({ min: 1, max: 9 }),
    multiplier: fc.integer({ min: 2, max: 9 }),
    ...rest,
  }),
  async ({ window, depth, multiplier, images, activation, seed }, build, flavour) => {
    const { height, width, kernel, stride, padding } = window;
    const attributes = { type: "depthwise", stride, padding, activation } as const;
    const shape = [images, height, width, depth];
    const one = weightedGraph(attributes, shape, [1, ...kernel, depth * multiplier], flavour, seed);
    const made = await expectDefinition(one, build);
    expect(made).toEqual(depth === 1 ? ["convolution"] : ["gather", "depthwise"]);
  },
  { runs: 60 },
);

testProperty(
  "groups",
  fc.record({
    window: kernels,
    groups: fc.integer({ min: 2, max: 4 }),
    depth: fc.integer({ min: 1, max: 9 }),
    each: fc.integer({ min: 1, max: 9 }),
    ...rest,
  }),
  async ({ window, groups, depth, each, images, activation, seed }, build, flavour) => {
    const { height, width, kernel, stride, padding } = window;
    const attributes = { type: "convolution", stride, padding, activation } as const;
    const shape = [images, height, width, groups * depth];
    const one = weightedGraph(attributes, shape, [groups * each, ...kernel, depth], flavour, seed);
    const made = await expectDefinition(one, build);
    if (depth === 1) expect(made.at(-1)).toBe("depthwise");
    else expect(made.filter((type) => type === "convolution").length).toBe(groups);
  },
  { runs: 60 },
);

const transposed = fc
  .record({
    height: fc.integer({ min: 1, max: 7 }),
    width: fc.integer({ min: 1, max: 7 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    size: fc.integer({ min: 1, max: 3 }),
    padding: fc.record({
      top: fc.nat(2),
      left: fc.nat(2),
      bottom: fc.integer({ min: -2, max: 2 }),
      right: fc.integer({ min: -2, max: 2 }),
    }),
    depth: fc.integer({ min: 1, max: 17 }),
    channels,
    ...rest,
  })
  .filter(({ height, width, kernel, size, padding: { top, bottom, left, right } }) => {
    return (height - 1) * size + kernel[0] > top + bottom && (width - 1) * size + kernel[1] > left + right;
  });

testProperty(
  "a transposed convolution",
  transposed,
  async ({ height, width, kernel, size, padding, depth, images, activation, seed, ...more }, build, flavour) => {
    const attributes = { type: "transposedconvolution", stride: [size, size], padding, activation } as const;
    const shape = [images, height, width, depth];
    const one = weightedGraph(attributes, shape, [more.channels, ...kernel, depth], flavour, seed);
    const made = await expectDefinition(one, build);
    expect(made).not.toContain("transposedconvolution");
  },
);

test.each([
  [[1, 2], "strides expected the same in both directions, got 1,2"],
  [[10_000, 10_000], "strides expected at most 16, got 10000"],
] as const)("a transposed convolution with strides %s is refused", async (stride, message) => {
  const attributes = { type: "transposedconvolution", stride, padding: NO_PADDING, activation: "none" } as const;
  const one = weightedGraph(attributes, [1, 1, 1, 2], [4, 3, 3, 2], "float32", 1);
  await expect(prepare(one.graph)).rejects.toThrow(new UnsupportedError(message));
});

describe("a convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND", () => {
  /** Pad, space to batch, 3×3 convolution, batch to space; `crops` below and to the right. */
  function dilated(type: "convolution" | "depthwise", flavour: "float32" | "int8", crops: number): OneOp {
    const padding = { top: 2, bottom: 2 + crops, left: 2, right: 2 + crops };
    const attributes = { type, stride: [1, 1], padding: NO_PADDING, activation: "relu6" } as const;
    const weights = type === "depthwise" ? [1, 3, 3, 5] : [6, 3, 3, 5];
    const inner = weightedGraph(attributes, [4, 6, 5, 5], weights, flavour, 3);
    const [x, w, bias, y] = inner.graph.tensors as [Tensor, Tensor, Tensor, Tensor];
    const size = [8 - crops, 6 - crops] as const;
    const tensors: Tensor[] = [
      { ...x, shape: [1, ...size, 5] },
      { ...x, shape: [1, 12, 10, 5] },
      x,
      w,
      bias,
      y,
      { ...y, shape: [1, ...size, y.shape[3]!] },
    ];
    const ops: Op[] = [
      { type: "pad", padding, inputs: [0], outputs: [1] },
      { type: "spacetobatch", block: [2, 2], inputs: [1], outputs: [2] },
      { ...attributes, inputs: [2, 3, 4], outputs: [5] },
      {
        type: "batchtospace",
        block: [2, 2],
        crops: { top: 0, bottom: crops, left: 0, right: crops },
        inputs: [5],
        outputs: [6],
      },
    ];
    const graph = buildGraph({ tensors, ops, inputs: [0], outputs: [6] });
    const { x: elements } = unaryGraph({ type: "softmax", beta: 1 }, [1, ...size, 5], flavour, 4);
    return { graph, op: graph.ops[2]!, x: elements };
  }

  test.each(
    (["convolution", "depthwise"] as const).flatMap((type) =>
      (["float32", "int8"] as const).flatMap((flavour) => [0, 1].map((crops) => [type, flavour, crops] as const)),
    ),
  )("%s, %s, crops %d", async (type, flavour, crops) => {
    const one = dilated(type, flavour, crops);
    const graph = await prepare(one.graph);
    const sides = { top: 2, bottom: 2, left: 2, right: 2 };
    expect(graph.ops).toMatchObject([{ type, dilation: [2, 2], padding: sides, inputs: [0, 3, 4], outputs: [6] }]);
    const expected = await runGraph(one, "simd");
    const got = await runGraph({ ...one, graph }, "simd");
    for (let i = 0; i < expected.length; ++i) {
      expect(Math.abs(got[i]! - expected[i]!)).toBeLessThanOrEqual(flavour === "float32" ? 1e-5 : 0);
    }
  });

  test("stays where the crops cut off more than the padding", async () => {
    const { graph } = dilated("convolution", "float32", 0);
    const tensors = [...graph.tensors.slice(0, -1), { ...graph.tensors.at(-1)!, shape: [1, 5, 6, 6] }];
    const crops = { top: 3, bottom: 0, left: 0, right: 0 };
    const ops = [...graph.ops.slice(0, -1), { ...graph.ops.at(-1)!, crops } as Op];
    const kept = await prepare({ ...graph, tensors, ops });
    expect(kept.ops.map(({ type }) => type)).toContain("batchtospace");
  });
});

describeShared("person_detect, whose first depthwise convolution makes eight channels of one", () => {
  test("gives what its operators say, one after another", async () => {
    const graph = await readTflite(sharedBytes("models", "zoo", "person_detect.tflite"));
    expect(graph.ops[0]).toMatchObject({ type: "depthwise" });
    const prepared = await prepare(graph);
    expect(prepared.ops[0]).toMatchObject({ type: "convolution" });
    const random = seededRandom(7);
    const x = Int8Array.from({ length: 96 * 96 }, () => 256 * random() - 128);
    const values = referenceValues(graph, [x])[graph.outputs[0]!]!;
    const got = await runGraph({ graph: prepared, op: prepared.ops[0]!, x }, "simd");
    expect(Array.from(got)).toEqual(Array.from(values));
  });
});

test("a dilated convolution of channel blocks", async () => {
  const attributes = {
    type: "convolution",
    stride: [1, 1],
    padding: NO_PADDING,
    dilation: [2, 1],
    activation: "none",
  } as const;
  const one = afterIdentity(weightedGraph(attributes, [1, 7, 6, 9], [5, 3, 3, 9], "int8", 8));
  const whole = one.graph.ops[1]!;
  expectReference(whole, one.graph.tensors, one.x, await runGraph(one, "simd"));
});
