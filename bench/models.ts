/** The networks that the benchmarks run: seeded, so that no file is needed. */
import { buildGraph, type Graph } from "../src/ir/graph.js";
import type { Op } from "../src/ir/ops/index.js";
import type { Quantization, Tensor } from "../src/ir/tensor.js";
import { mobileNetV1 } from "../src/models/mobilenetv1.js";

/** The three sizes of the paper's family that the figures speak of. */
export const CONFIGURATIONS = [
  { alpha: 1, resolution: 224 },
  { alpha: 0.5, resolution: 160 },
  { alpha: 0.25, resolution: 128 },
] as const;

export const PRECISIONS = ["float32", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];

export function seededNetwork(alpha: number, resolution: number, precision: Precision): Graph {
  const graph = mobileNetV1({ alpha, resolution });
  return precision === "float32" ? graph : quantized(graph);
}

const INPUT: Quantization = { scale: [2 / 255], zeroPoint: [0], axis: 0 }; // -1…1
const RELU6: Quantization = { scale: [6 / 255], zeroPoint: [-128], axis: 0 };
const LOGITS: Quantization = { scale: [32 / 255], zeroPoint: [0], axis: 0 }; // ±16
const PROBABILITIES: Quantization = { scale: [1 / 256], zeroPoint: [-128], axis: 0 };

/**
 * The graph as TensorFlow Lite's converter quantises it: int8 activations by the ranges above, int8 weights with a scale
 * for each output channel, int32 biases.
 */
export function quantized(graph: Graph): Graph {
  const tensors = graph.tensors.map((tensor) => (tensor.data ? tensor : activation(tensor, graph)));
  for (const op of graph.ops) {
    if (op.type !== "convolution" && op.type !== "depthwise") continue;
    const [input, weights, bias] = op.inputs as [number, number, number];
    const axis = op.type === "depthwise" ? 3 : 0;
    tensors[weights] = quantizedWeights(graph.tensors[weights]!, axis);
    const scale = Array.from(tensors[weights].quantization!.scale, (s) => s * tensors[input]!.quantization!.scale[0]!);
    const values = graph.tensors[bias]!.data!;
    const data = Int32Array.from(scale, (s, c) => Math.round(values[c]! / s));
    const quantization = { scale, zeroPoint: scale.map(() => 0), axis: 0 };
    tensors[bias] = { ...graph.tensors[bias]!, dtype: "int32", data, quantization };
  }
  return buildGraph({ ...graph, tensors });
}

function activation(tensor: Tensor, { ops, tensors }: Graph): Tensor {
  const maker = ops.find((op: Op) => tensors[op.outputs[0]!] === tensor);
  const range = (): Quantization => {
    if (!maker) return INPUT;
    if (maker.type === "softmax") return PROBABILITIES;
    if (maker.type === "reshape") return LOGITS;
    return "activation" in maker && maker.activation === "none" ? LOGITS : RELU6;
  };
  return { ...tensor, dtype: "int8", quantization: range() };
}

function quantizedWeights(tensor: Tensor, axis: number): Tensor {
  const channels = tensor.shape[axis]!;
  const perChannel = tensor.data!.length / channels;
  const channelOf = (i: number) => (axis === 0 ? Math.floor(i / perChannel) : i % channels);
  const largest = new Float64Array(channels);
  for (const [i, value] of tensor.data!.entries())
    largest[channelOf(i)] = Math.max(largest[channelOf(i)]!, Math.abs(value));
  const scale = Array.from(largest, (value) => Math.fround(value / 127));
  const data = Int8Array.from(tensor.data!, (value, i) => Math.round(value / scale[channelOf(i)]!));
  return { ...tensor, dtype: "int8", data, quantization: { scale, zeroPoint: scale.map(() => 0), axis } };
}
