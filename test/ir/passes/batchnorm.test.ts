/** Batch norms, from their definition: alone, and in the layer before them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../../src/errors.js";
import { buildGraph, type Graph } from "../../../src/ir/graph.js";
import type { Op } from "../../../src/ir/ops/index.js";
import { absorb } from "../../../src/ir/passes/absorb.js";
import { batchNormsAsDepthwise, foldBatchNorms } from "../../../src/ir/passes/batchnorm.js";
import { prepare } from "../../../src/ir/passes/index.js";
import { elementCount, type Tensor } from "../../../src/ir/tensor.js";
import { seededRandom } from "../../../src/models/random.js";
import { testProperty } from "../../support/builds.js";
import { randomTensor, runGraph, weightedGraph, type OneOp } from "../../support/graphs.js";
import { channels, seeds, windows } from "../../support/shapes.js";
import { gamma as gammaOf } from "../../reference/arithmetic.js";
import type { Expected } from "../../reference/expected.js";
import { reference } from "../../reference/index.js";

const EPSILON = 1e-3;

/** Gammas of either sign, variances down to 0, as real networks have them. */
function statistics(count: number, random: () => number): Tensor[] {
  const [gamma, beta, mean] = ["gamma", "beta", "mean"].map((name) => randomTensor(name, [count], "float32", random));
  const data = Float32Array.from({ length: count }, () => (random() < 0.2 ? 1e-38 : 2 * random()));
  return [gamma!, beta!, mean!, { name: "variance", shape: [count], dtype: "float32", data }];
}

/** A graph of one layer, with a batch norm and an activation after it. */
function normalised(
  { graph, op, x }: OneOp,
  activation: "none" | "relu" | "relu6",
  bias: boolean,
  seed: number,
): OneOp {
  const made = op.outputs[0]!;
  const { shape } = graph.tensors[made]!;
  const tensors = [...graph.tensors, ...statistics(shape.at(-1)!, seededRandom(seed))];
  const norm = tensors.push({ name: "norm", shape, dtype: "float32" }) - 1;
  const output = tensors.push({ name: "output", shape, dtype: "float32" }) - 1;
  const layer = { ...op, inputs: bias ? op.inputs : op.inputs.slice(0, 2) };
  const ops: Op[] = [
    layer,
    { type: "batchnorm", epsilon: EPSILON, inputs: [made, made + 1, made + 2, made + 3, made + 4], outputs: [norm] },
    { type: "activation", activation, inputs: [norm], outputs: [output] },
  ];
  return { graph: buildGraph({ tensors, ops, inputs: [0], outputs: [output] }), op: layer, x };
}

/** What the graph should give: each operator from its definition; the layer's own error carried through the norm. */
function expected({ graph, x }: OneOp): Expected {
  const [layer, norm, activation] = graph.ops as [Op, Op & { type: "batchnorm" }, Op];
  const sums = reference(layer, graph.tensors, x);
  const normed = reference(norm, graph.tensors, sums.values);
  const [gamma, , , variance] = norm.inputs.slice(1).map((index) => graph.tensors[index]!.data!);
  const terms = elementCount(graph.tensors[layer.inputs[1]!]!.shape);
  const bound = normed.bound.map((own, i) => {
    const c = i % gamma!.length;
    const factor = Math.abs(gamma![c]! / Math.sqrt(variance![c]! + EPSILON));
    // Folded, the shift is a term of the sum, and each weight is rounded once more, which at most triples the sum's bound.
    return own * (gammaOf(terms + 4) / gammaOf(3)) + 3 * sums.bound[i]! * factor;
  });
  return { values: reference(activation, graph.tensors, normed.values).values, bound };
}

function expectClose(got: ArrayLike<number>, { values, bound }: Expected): void {
  expect(got.length).toBe(values.length);
  for (let i = 0; i < values.length; ++i) {
    if (!(Math.abs(got[i]! - values[i]!) <= bound[i]!)) {
      throw new Error(`output ${i} is ${got[i]}, expected ${values[i]} ± ${bound[i]}`);
    }
  }
}

describe("a batch norm", () => {
  const sizes = windows(
    [
      [1, 1],
      [3, 3],
    ],
    [
      [1, 1],
      [2, 2],
    ],
  );
  const kind = fc.constantFrom("convolution", "depthwise");
  const activation = fc.constantFrom("none", "relu", "relu6");
  testProperty(
    "in the layer before it, and as a layer of its own",
    fc.record({ window: sizes, kind, activation, channels, bias: fc.boolean(), seed: seeds }),
    async ({ window, kind: type, activation: after, channels: depth, bias, seed }, build) => {
      const { height, width, kernel, stride, padding } = window;
      const weights = type === "depthwise" ? [1, ...kernel, depth] : [5, ...kernel, depth];
      const attributes = { type, stride, padding, activation: "none" } as const;
      const layer = weightedGraph(attributes, [1, height, width, depth], weights, "float32", seed);
      const net = normalised(layer, after, bias, seed);
      const wanted = expected(net);
      const folded = await prepare(net.graph);
      expect(folded.ops).toMatchObject([{ type, activation: after }]);
      expectClose(await runGraph({ ...net, graph: folded }, build), wanted);
      const apart = buildGraph(absorb(batchNormsAsDepthwise(net.graph)));
      expect(apart.ops).toMatchObject([{ type }, { type: "depthwise", activation: after }]);
      expectClose(await runGraph({ ...net, graph: apart }, build), wanted);
    },
    { flavours: ["float32"] },
  );

  test("in a fully connected layer", async () => {
    const layer = weightedGraph({ type: "fullyconnected", activation: "none" }, [3, 7], [4, 7], "float32", 1);
    const net = normalised(layer, "relu", true, 2);
    const folded = await prepare(net.graph);
    expect(folded.ops).toMatchObject([{ type: "fullyconnected", activation: "relu" }]);
    expectClose(await runGraph({ ...net, graph: folded }, "simd"), expected(net));
  });

  test("after half precision weights that are widened first", async () => {
    const { graph } = example();
    const weights = graph.ops[0]!.inputs[1]!;
    const half = graph.tensors.length;
    const stored: Tensor = { ...graph.tensors[weights]!, dtype: "float16", data: new Uint16Array(18) };
    const wide = { ...graph.tensors[weights]!, data: undefined };
    const tensors = [...graph.tensors.with(weights, wide), stored];
    const ops: Op[] = [{ type: "dequantize", inputs: [half], outputs: [weights] }, ...graph.ops];
    expect(types(await prepare(buildGraph({ ...graph, tensors, ops })))).toEqual(["depthwise"]);
  });
});

function example(activation: "none" | "relu" = "none"): OneOp {
  const padding = { top: 1, bottom: 1, left: 1, right: 1 };
  const attributes = { type: "depthwise", stride: [1, 1], padding, activation } as const;
  return normalised(weightedGraph(attributes, [1, 4, 5, 2], [1, 3, 3, 2], "float32", 1), "relu6", true, 2);
}

const types = ({ ops }: Graph) => ops.map(({ type }) => type);

describe("nothing is folded", () => {
  const three = ["depthwise", "batchnorm", "activation"];

  test("across an activation", () => {
    expect(types(foldBatchNorms(example("relu").graph))).toEqual(three);
  });

  test("where a caller gets what lies between", () => {
    const { graph } = example();
    const between = graph.ops[0]!.outputs[0]!;
    expect(types(foldBatchNorms({ ...graph, outputs: [...graph.outputs, between] }))).toEqual(three);
  });

  test("where another operator reads what lies between", () => {
    const { graph } = example();
    const between = graph.ops[0]!.outputs[0]!;
    const copy = graph.tensors.length;
    const tensors = [...graph.tensors, { ...graph.tensors[between]!, name: "copy" }];
    const reader: Op = { type: "activation", activation: "relu", inputs: [between], outputs: [copy] };
    const both = buildGraph({ ...graph, tensors, ops: [...graph.ops, reader], outputs: [...graph.outputs, copy] });
    expect(types(foldBatchNorms(both))).toEqual([...three, "activation"]);
  });

  test("into weights that another layer shares: each has its own then", async () => {
    const one = example();
    const { graph } = one;
    const [layer] = graph.ops as [Op];
    const copy = graph.tensors.length;
    const tensors = [...graph.tensors, { ...graph.tensors[layer.outputs[0]!]!, name: "copy" }];
    const twin: Op = { ...layer, outputs: [copy] };
    const both = buildGraph({ ...graph, tensors, ops: [...graph.ops, twin], outputs: [copy, ...graph.outputs] });
    const plain = reference(twin, tensors, one.x);
    expectClose(await runGraph({ ...one, graph: await prepare(both) }, "simd"), plain);
  });
});

test("statistics that are computed are not supported", async () => {
  const { graph } = example();
  const gamma = graph.ops[1]!.inputs[1]!;
  const computed = { ...graph, tensors: graph.tensors.with(gamma, { ...graph.tensors[gamma]!, data: undefined }) };
  const wrong = buildGraph({ ...computed, inputs: [...graph.inputs, gamma] });
  await expect(prepare(wrong)).rejects.toThrow(UnsupportedError);
});

test("statistics of the wrong length are refused", () => {
  const { graph } = example();
  const gamma = graph.ops[1]!.inputs[1]!;
  const short: Tensor = { name: "gamma", shape: [3], dtype: "float32", data: new Float32Array(3) };
  expect(() => buildGraph({ ...graph, tensors: graph.tensors.with(gamma, short) })).toThrow(
    /operator 1 \(batchnorm\): length of gamma, beta, mean and variance expected 2, got 3/,
  );
});
