/** MobileNet V1 in int8, with seeded weights: what benchmarks run where there is no trained model. */
import { buildGraph, type Graph } from "../ir/graph.js";
import type { Op } from "../ir/ops/index.js";
import type { Quantization, Tensor } from "../ir/tensor.js";

const INPUT: Quantization = { scale: [2 / 255], zeroPoint: [0], axis: 0 }; // -1…1
const RELU6: Quantization = { scale: [6 / 255], zeroPoint: [-128], axis: 0 };
const LOGITS: Quantization = { scale: [32 / 255], zeroPoint: [0], axis: 0 }; // ±16
const PROBABILITIES: Quantization = { scale: [1 / 256], zeroPoint: [-128], axis: 0 };

/**
 * Returns a float32 network of the family as TensorFlow Lite's converter quantises it: int8 activations with the ranges
 * above, int8 weights with one scale per output channel, int32 biases.
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
