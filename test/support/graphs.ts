/** Graphs of one operator with random data, and what they give. */
import { buildGraph, type Graph } from "../../src/ir/graph.js";
import { moduleOf, outputShape, type Op, type OpAttributes, type OpType } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { NO_PADDING } from "../../src/ir/window.js";
import { seededRandom } from "../../src/models/random.js";
import type { Kernels } from "../../src/runtime/features.js";
import { Program } from "../../src/runtime/program.js";
import { expect } from "vitest";
import { modulesOf } from "./modules.js";

/** What the elements of a graph are: float32; uint8 with one scale and zero point; int8 with scales for each channel. */
export type Flavour = "float32" | "uint8" | "int8";

export const FLAVOURS: readonly Flavour[] = ["float32", "uint8", "int8"];

type Elements = Float32Array | Uint8Array | Int8Array;

export interface OneOp {
  readonly graph: Graph;
  readonly op: Op;
  /** The input, as its type has it. */
  readonly x: Elements;
  /** The inputs after the first. */
  readonly others?: readonly Elements[];
}

/** An operator without constants, on a random input. */
export function unaryGraph(attributes: OpAttributes, shape: readonly number[], flavour: Flavour, seed: number): OneOp {
  return oneOp(attributes, shape, [], flavour, seed);
}

/** A convolution or fully connected layer with random weights and bias, on a random input. */
export function weightedGraph(
  attributes: OpAttributes,
  shape: readonly number[],
  weights: readonly number[],
  flavour: Flavour,
  seed: number,
): OneOp {
  return oneOp(attributes, shape, weights, flavour, seed);
}

/** An operator of several inputs, each with its own quantisation; `constant` makes the last one part of the graph. */
export function manyGraph(
  attributes: OpAttributes,
  shapes: readonly (readonly number[])[],
  flavour: Flavour,
  seed: number,
  { constant = false }: { constant?: boolean } = {},
): OneOp {
  const random = seededRandom(seed);
  const filled = shapes.map((shape, i) => randomTensor(`x${i}`, shape, flavour, random));
  const inputs = filled.map((_, index) => index);
  const given = constant ? inputs.slice(0, -1) : inputs;
  const tensors = filled.map((tensor, i) => (given.includes(i) ? { ...tensor, data: undefined } : tensor));
  const op: Op = { ...attributes, inputs, outputs: [tensors.length] };
  const [quantization, shape] = [
    outputQuantization(op, tensors.slice(0, 1), flavour, random),
    outputShape(op, tensors),
  ];
  const y: Tensor = { name: "y", shape, dtype: flavour, quantization };
  const graph = buildGraph({ tensors: [...tensors, y], ops: [op], inputs: given, outputs: [tensors.length] });
  const [x, ...others] = given.map((index) => filled[index]!.data as Elements);
  return { graph, op: graph.ops[0]!, x: x!, others };
}

function oneOp(
  attributes: OpAttributes,
  shape: readonly number[],
  weights: readonly number[],
  flavour: Flavour,
  seed: number,
): OneOp {
  const random = seededRandom(seed);
  const x = randomTensor("x", shape, flavour, random);
  const tensors: Tensor[] = [{ ...x, data: undefined }];
  if (weights.length) {
    const { axis } = moduleOf(attributes).weights!;
    const channels = weights[axis]!;
    tensors.push(
      flavour === "int8" ? perChannel(weights, axis, random) : randomTensor("weights", weights, flavour, random),
    );
    tensors.push(randomBias(channels, flavour, random));
  }
  const inputs = tensors.map((_, index) => index);
  const op: Op = { ...attributes, inputs, outputs: [tensors.length] };
  const outShape = outputShape(op, tensors);
  const y: Tensor = {
    name: "y",
    shape: outShape,
    dtype: flavour,
    quantization: outputQuantization(op, tensors, flavour, random),
  };
  const graph = buildGraph({ tensors: [...tensors, y], ops: [op], inputs: [0], outputs: [tensors.length] });
  return { graph, op: graph.ops[0]!, x: x.data as Elements };
}

/** The same with an operator before it that changes nothing, so that the input comes in channel blocks and not in NHWC. */
export function afterIdentity({ graph, op, x }: OneOp): OneOp {
  const between = graph.tensors.length;
  const tensors = [...graph.tensors, { ...graph.tensors[0]!, name: "between" }];
  const identity: Op = { type: "activation", activation: "none", inputs: [0], outputs: [between] };
  const ops = [identity, { ...op, inputs: [between, ...op.inputs.slice(1)] }];
  return { graph: buildGraph({ ...graph, tensors, ops }), op, x };
}

/** The same with a pointwise convolution after it, whose weights are the identity's. */
export function beforePointwise({ graph, op, x }: OneOp): OneOp {
  const between = graph.outputs[0]!;
  const { shape, dtype, quantization } = graph.tensors[between]!;
  const channels = shape.at(-1)!;
  const data = Array.from({ length: channels * channels }, (_, i) => Number(i % (channels + 1) === 0));
  const [type, zero] = dtype === "float32" ? [Float32Array, undefined] : [Int8Array, { scale: [1], zeroPoint: [0], axis: 0 }]; // prettier-ignore
  const weights: Tensor = {
    name: "identity",
    shape: [channels, 1, 1, channels],
    dtype: dtype === "float32" ? dtype : "int8",
    data: type.from(data),
    quantization: zero,
  };
  const next = graph.tensors.length;
  const tensors = [...graph.tensors, weights, { name: "z", shape, dtype, quantization }];
  const pointwise: Op = {
    type: "convolution",
    stride: [1, 1],
    padding: NO_PADDING,
    activation: "none",
    inputs: [between, next],
    outputs: [next + 1],
  };
  const ops = [...graph.ops, pointwise];
  return { graph: buildGraph({ ...graph, tensors, ops, outputs: [next + 1] }), op, x };
}

/**
 * Runs a graph of one input and one output. Where the machine has a faster way to multiply bytes, the usual one has to
 * give the same.
 */
export async function runGraph({ graph, x, others = [] }: OneOp, build: Kernels): Promise<ArrayLike<number>> {
  const options = { maxMemory: 2 ** 30, keep: [] };
  const program = await Program.create(graph, modulesOf(build), options);
  for (const [i, each] of [x, ...others].entries()) program.inputs[i]!.set(each);
  program.execute();
  if (program.target.multipliesBytes) {
    const usual = await Program.create(graph, modulesOf(build), { ...options, target: { multipliesBytes: false } });
    for (const [i, each] of [x, ...others].entries()) usual.inputs[i]!.set(each);
    usual.execute();
    expect(usual.outputs[0]).toEqual(program.outputs[0]);
  }
  return program.outputs[0]!;
}

export function randomTensor(name: string, shape: readonly number[], flavour: Flavour, random: () => number): Tensor {
  const length = elementCount(shape);
  if (flavour === "float32") {
    return { name, shape, dtype: "float32", data: Float32Array.from({ length }, () => 2 * random() - 1) };
  }
  const lowest = flavour === "int8" ? -128 : 0;
  const type = flavour === "int8" ? Int8Array : Uint8Array;
  const zeroPoint = lowest + Math.floor(256 * random());
  const data = type.from(Array.from({ length }, () => lowest + Math.floor(256 * random())));
  return {
    name,
    shape,
    dtype: flavour,
    data,
    quantization: { scale: [0.01 + 0.1 * random()], zeroPoint: [zeroPoint], axis: 0 },
  };
}

/** int8 weights as TensorFlow Lite has them: symmetric, a scale for each output channel. */
export function perChannel(shape: readonly number[], axis: number, random: () => number): Tensor {
  const data = Int8Array.from({ length: elementCount(shape) }, () => Math.floor(255 * random()) - 127);
  const scale = Array.from({ length: shape[axis]! }, () => Math.fround(0.001 + 0.1 * random()));
  return { name: "weights", shape, dtype: "int8", data, quantization: { scale, zeroPoint: scale.map(() => 0), axis } };
}

export function randomBias(channels: number, flavour: Flavour, random: () => number): Tensor {
  const shape = [channels];
  if (flavour === "float32") return randomTensor("bias", shape, flavour, random);
  const data = Int32Array.from({ length: channels }, () => Math.floor(20000 * (2 * random() - 1)));
  return { name: "bias", shape, dtype: "int32", data };
}

const KEEPS_QUANTIZATION: ReadonlySet<OpType> = new Set<OpType>([
  "averagepool",
  "batchtospace",
  "depthtospace",
  "gather",
  "maxpool",
  "pad",
  "padany",
  "reshape",
  "resize",
  "slice",
  "spacetobatch",
  "spacetodepth",
  "tile",
  "transpose",
]);

/** So that few outputs saturate: the scale of a sum of as many random products; or the input's, where it must be. */
export function outputQuantization(
  op: Op,
  tensors: readonly Tensor[],
  flavour: Flavour,
  random: () => number,
): Tensor["quantization"] {
  if (flavour === "float32") return undefined;
  const [x, weights] = tensors;
  const isExtreme = op.type === "reduce" && (op.function === "max" || op.function === "min");
  if (KEEPS_QUANTIZATION.has(op.type) || isExtreme) return x!.quantization;
  const lowest = flavour === "int8" ? -128 : 0;
  if (op.type === "tanh") return { scale: [1 / 128], zeroPoint: [lowest + 128], axis: 0 };
  if (op.type === "softmax" || op.type === "logistic") return { scale: [1 / 256], zeroPoint: [lowest], axis: 0 };
  const zeroPoint = [lowest + Math.floor(256 * random())];
  const inputScale = x!.quantization!.scale[0]!;
  if (!weights) return { scale: [inputScale * (0.5 + random())], zeroPoint, axis: 0 };
  const terms = op.type === "depthwise" ? weights.shape[1]! * weights.shape[2]! : elementCount(weights.shape.slice(1));
  const weightScale = Math.max(...Array.from(weights.quantization!.scale));
  return { scale: [Math.fround(inputScale * weightScale * Math.sqrt(terms) * 60)], zeroPoint, axis: 0 };
}
