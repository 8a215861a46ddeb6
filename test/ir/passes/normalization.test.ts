/** Input normalisation folded into the first convolution, against both operators one after the other. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph, type Graph } from "../../../src/ir/graph.js";
import type { Op, OpAttributes } from "../../../src/ir/ops/index.js";
import { prepare } from "../../../src/ir/passes/index.js";
import { foldNormalization } from "../../../src/ir/passes/normalization.js";
import { floatConstant, type Tensor } from "../../../src/ir/tensor.js";
import { NO_PADDING, type Padding } from "../../../src/ir/window.js";
import { seededRandom } from "../../../src/models/random.js";
import { UNIT } from "../../reference/arithmetic.js";
import { referenceValues } from "../../reference/index.js";
import { testProperty } from "../../support/builds.js";
import { runGraph, weightedGraph, type OneOp } from "../../support/graphs.js";
import { activations, channels, seeds, windows } from "../../support/shapes.js";

type Kind = "depthwise" | "batchnorm" | "add" | "scalar";

/** An operator in front of a convolution: x · s + t as the given kind of operator says it. */
interface Stage {
  readonly kind: Kind;
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

const NONE = { padding: NO_PADDING, activation: "none" } as const;

function attributesOf(kind: Kind): OpAttributes {
  if (kind === "depthwise") return { type: "depthwise", stride: [1, 1], ...NONE };
  return kind === "batchnorm" ? { type: "batchnorm", epsilon: 0 } : { type: "add", activation: "none" };
}

function constantsOf({ kind, scale, shift }: Stage): Tensor[] {
  const depth = scale.length;
  const all = (value: number) => Array<number>(depth).fill(value);
  if (kind === "scalar") return [floatConstant("t", [1], shift.slice(0, 1))];
  if (kind === "add") return [floatConstant("t", [depth], shift)];
  const [s, t] = [scale, shift].map((values, i) => floatConstant("st"[i]!, [depth], values)) as [Tensor, Tensor];
  if (kind === "depthwise") return [{ ...s, shape: [1, 1, 1, depth] }, t];
  return [s, t, floatConstant("mean", [depth], all(0)), floatConstant("variance", [depth], all(1))];
}

/** The same convolution with the stages in front of it. */
function behind({ graph, op, x }: OneOp, stages: readonly Stage[]): OneOp {
  const tensors = [...graph.tensors];
  const ops: Op[] = [];
  let at = 0;
  for (const each of stages) {
    const constants = constantsOf(each).map((tensor) => tensors.push(tensor) - 1);
    const made = tensors.push({ ...graph.tensors[0]!, name: `stage ${ops.length}` }) - 1;
    ops.push({ ...attributesOf(each.kind), inputs: [at, ...constants], outputs: [made] });
    at = made;
  }
  ops.push({ ...op, inputs: [at, ...op.inputs.slice(1)] });
  return { graph: buildGraph({ ...graph, tensors, ops }), op, x };
}

/** Scales from 1/127.5 to 2 of either sign, shifts within ±1 or none. */
function stage(kind: Kind, depth: number, isShifted: boolean, random: () => number): Stage {
  const scale = Array.from({ length: depth }, () => (random() < 0.5 ? 1 : -1) * (1 / 127.5 + 1.9 * random()));
  const shift = Array.from({ length: depth }, () => (isShifted ? 2 * random() - 1 : 0));
  return { kind, scale: scale.map(Math.fround), shift: shift.map(Math.fround) };
}

/**
 * The sums of the same layers with every number replaced by its magnitude: no rounding error exceeds these times the
 * number of roundings. The normalisations and the convolution are linear, so magnitudes carry through all of them.
 */
function magnitudes({ graph, x }: OneOp): ArrayLike<number> {
  const tensors = graph.tensors.map((tensor) =>
    tensor.data ? { ...tensor, data: Float32Array.from(tensor.data, Math.abs) } : tensor,
  );
  const ops = graph.ops.map((op): Op => ("activation" in op ? { ...op, activation: "none" } : op));
  const values = referenceValues({ ...graph, tensors, ops }, [Float32Array.from(x, Math.abs)]);
  return values[graph.outputs[0]!]!;
}

/** Magnitudes of the terms that padding adds and takes away: Σ |weights · t| over the whole window. */
function windowMagnitude({ graph, op }: OneOp, stages: readonly Stage[]): number {
  const weights = graph.tensors[op.inputs[1]!]!;
  const depth = weights.shape[3]!;
  const shift = Array.from({ length: depth }, (_, c) =>
    stages.reduce((sum, { scale, shift: t }) => sum * Math.abs(scale[c]!) + Math.abs(t[c]!), 0),
  );
  return (weights.data as Float32Array).reduce((sum, weight, i) => sum + Math.abs(weight) * shift[i % depth]!, 0);
}

function expectClose(got: ArrayLike<number>, net: OneOp, plain: OneOp, stages: readonly Stage[]): void {
  const wanted = referenceValues(net.graph, [net.x])[net.graph.outputs[0]!]!;
  const sizes = magnitudes(net);
  const padding = windowMagnitude(plain, stages);
  const terms = plain.graph.tensors[plain.op.inputs[1]!]!.data!.length + 8;
  expect(got.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; ++i) {
    const bound = 4 * terms * UNIT * (sizes[i]! + padding);
    const error = Math.abs(got[i]! - wanted[i]!);
    if (!(error <= bound)) throw new Error(`output ${i} is ${got[i]}, expected ${wanted[i]} ± ${bound}`);
  }
}

const hasPadding = (padding: Padding) => Object.values(padding).some(Boolean);
const types = ({ ops }: Graph) => ops.map(({ type }) => type);

const cases = fc.record({
  window: windows(
    [
      [1, 1],
      [3, 3],
      [2, 5],
    ],
    [
      [1, 1],
      [2, 2],
    ],
  ),
  kinds: fc.array(fc.constantFrom<Kind>("depthwise", "batchnorm", "add", "scalar"), { minLength: 1, maxLength: 3 }),
  activation: activations,
  depth: fc.oneof(fc.constantFrom(1, 3, 4), channels),
  isShifted: fc.boolean(),
  seed: seeds,
});

type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never;

function make({ window, kinds, activation, depth, isShifted, seed }: Case) {
  const { height, width, kernel, stride, padding } = window;
  const attributes = { type: "convolution", stride, padding, activation } as const;
  const plain = weightedGraph(attributes, [1, height, width, depth], [5, ...kernel, depth], "float32", seed);
  const random = seededRandom(seed);
  const stages = kinds.map((kind) => {
    const { scale, shift } = stage(kind, depth, isShifted, random);
    if (kind === "depthwise" || kind === "batchnorm") return { kind, scale, shift };
    return { kind, scale: scale.map(() => 1), shift: kind === "scalar" ? shift.map(() => shift[0]!) : shift };
  });
  return { plain, stages, net: behind(plain, stages), needsPadValue: isShifted && hasPadding(padding) };
}

describe("input normalisation", () => {
  testProperty(
    "folds where padding stays zeros, and computes the same",
    cases,
    async (one, build) => {
      const { plain, stages, net, needsPadValue } = make(one);
      const graph = await prepare(net.graph, { padValues: false });
      if (needsPadValue) expect(graph.ops.length).toBeGreaterThan(1);
      else expect(graph.ops).toMatchObject([{ type: "convolution", activation: one.activation }]);
      expect(graph.ops.at(-1)).not.toHaveProperty("padValue");
      expectClose(await runGraph({ ...net, graph }, build), net, plain, stages);
    },
    { flavours: ["float32"] },
  );

  test("folds everywhere with padding values, as the reference computes it", () => {
    const property = fc.property(cases, (one) => {
      const { plain, stages, net, needsPadValue } = make(one);
      const graph = buildGraph(foldNormalization(net.graph));
      expect(types(graph)).toEqual(["convolution"]);
      if (!needsPadValue) expect(graph.ops[0]).not.toHaveProperty("padValue");
      const got = referenceValues(graph, [net.x])[graph.outputs[0]!]!;
      expectClose(Float32Array.from(got), net, plain, stages);
    });
    fc.assert(property, { seed: 1, numRuns: 200 });
  });

  const window = { height: 5, width: 6, kernel: [3, 3], stride: [1, 1], padding: NO_PADDING } as const;
  const simple: Case = { window, kinds: ["depthwise"], activation: "none", depth: 3, isShifted: true, seed: 1 };

  test("stays where a caller gets the normalised image", () => {
    const { graph } = make(simple).net;
    const both = { ...graph, outputs: [...graph.outputs, graph.ops[0]!.outputs[0]!] };
    expect(types(foldNormalization(both, { padValues: false }))).toEqual(["depthwise", "convolution"]);
  });

  test("stays in the middle of a network, after an activation", () => {
    const { graph } = make(simple).net;
    const first = graph.tensors.length;
    const tensors = [...graph.tensors, { ...graph.tensors[0]!, name: "clamped" }];
    const relu: Op = { type: "activation", activation: "relu", inputs: [0], outputs: [first] };
    const [normalise, ...rest] = graph.ops as [Op, ...Op[]];
    const ops = [relu, { ...normalise, inputs: [first, ...normalise.inputs.slice(1)] }, ...rest];
    expect(types(foldNormalization({ ...graph, tensors, ops }))).toEqual(["activation", "depthwise", "convolution"]);
  });

  test("stays if it clamps", () => {
    const { graph } = make(simple).net;
    const ops = [{ ...graph.ops[0]!, activation: "relu" } as Op, graph.ops[1]!];
    expect(types(foldNormalization({ ...graph, ops }))).toEqual(["depthwise", "convolution"]);
  });

  test("stays where a channel is constant and the padding is not", () => {
    const padding = { top: 1, bottom: 1, left: 1, right: 1 };
    const { plain } = make({ ...simple, window: { ...window, padding } });
    const { graph } = behind(plain, [{ kind: "depthwise", scale: [1, 0, 1], shift: [1, 1, 1] }]);
    expect(types(foldNormalization(graph))).toEqual(["depthwise", "convolution"]);
  });

  test("pads with the number that the normalisation makes 0", () => {
    const padding = { top: 1, bottom: 1, left: 1, right: 1 };
    const { plain } = make({ ...simple, window: { ...window, padding } });
    const { graph } = behind(plain, [{ kind: "depthwise", scale: [0.5, 2, -1], shift: [-1, 1, 0] }]);
    expect(foldNormalization(graph).ops).toMatchObject([{ padValue: [2, -0.5, 0] }]);
  });
});
