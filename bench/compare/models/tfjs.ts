/** A float32 network as TensorFlow.js takes it: its layers as calls, its weights in TensorFlow's order. */
import type { Graph } from "../../../src/ir/graph.js";
import { transpose, type Elements } from "./transpose.js";

/** A constant: where it lies among the weights, in elements. */
export interface Constant {
  readonly offset: number;
  readonly shape: readonly number[];
}

export type Layer =
  | {
      readonly type: "convolution" | "depthwise";
      readonly stride: readonly [number, number];
      readonly activation: "linear" | "relu" | "relu6";
      readonly filter: Constant;
      readonly bias: Constant;
    }
  | { readonly type: "mean" }
  | { readonly type: "reshape"; readonly shape: readonly number[] }
  | { readonly type: "softmax" };

/** [outputs, h, w, inputs] as [h, w, inputs, outputs], and depthwise [1, h, w, channels] as [h, w, channels, 1]. */
const OUTPUTS_LAST = [1, 2, 3, 0];

/** The layers of a graph that is a chain, with padding SAME throughout, and all weights one after another. */
export function describeForTfjs(graph: Graph): { layers: Layer[]; weights: Float32Array } {
  const weights: number[] = [];
  const constant = ({ shape, data }: Elements<Float32Array>): Constant => {
    const offset = weights.length;
    for (const value of data) weights.push(value);
    return { offset, shape };
  };
  const layers = graph.ops.map((op): Layer => {
    switch (op.type) {
      case "convolution":
      case "depthwise": {
        const [filter, bias] = op.inputs.slice(1).map((index) => graph.tensors[index] as Elements<Float32Array>);
        return {
          type: op.type,
          stride: op.stride,
          activation: op.activation === "none" ? "linear" : op.activation,
          filter: constant(transpose(filter!, OUTPUTS_LAST)),
          bias: constant(bias!),
        };
      }
      case "mean":
      case "softmax":
        return { type: op.type };
      case "reshape":
        return { type: op.type, shape: op.shape };
      default:
        throw new Error(`${op.type} is not described for TensorFlow.js`);
    }
  });
  return { layers, weights: Float32Array.from(weights) };
}
