/** A quantised model in float32: the same network with its weights dequantised, and no rounding between layers. */
import type { Graph } from "../graph.js";
import type { Op } from "../ops.js";
import type { Tensor } from "../tensor.js";
import { dequantized } from "./constants.js";

/**
 * The graph with every 8-bit tensor made float32. Weights become real numbers; int32 biases too, by the scale of the
 * input times that of the weights. QUANTIZE and DEQUANTIZE become reshapes to the same shape, which cost nothing.
 */
export function toFloat32(graph: Graph): Graph {
  const tensors = graph.tensors.map((tensor) => (isQuantized(tensor) ? asFloat32(tensor) : tensor));
  for (const op of graph.ops) {
    if (op.type !== "convolution" && op.type !== "depthwise" && op.type !== "fullyconnected") continue;
    const [input, weights, bias] = op.inputs.map((index) => graph.tensors[index]!);
    if (bias?.dtype === "int32" && bias.data) {
      tensors[op.inputs[2]!] = asFloat32({ ...bias, quantization: biasQuantization(input!, weights!) });
    }
  }
  const ops = graph.ops.map((op): Op => {
    if (op.type !== "quantize" && op.type !== "dequantize") return op;
    const { inputs, outputs } = op;
    return { type: "reshape", shape: tensors[outputs[0]!]!.shape, inputs, outputs };
  });
  return { ...graph, tensors, ops };
}

function isQuantized(tensor: Tensor): boolean {
  return tensor.dtype === "uint8" || tensor.dtype === "int8";
}

function asFloat32(tensor: Tensor): Tensor {
  return { ...tensor, dtype: "float32", data: tensor.data && dequantized(tensor), quantization: undefined };
}

function biasQuantization(input: Tensor, weights: Tensor): Tensor["quantization"] {
  const inputScale = input.quantization?.scale[0] ?? 1;
  const scale = Array.from(weights.quantization?.scale ?? [1], (s) => Math.fround(inputScale * s));
  return { scale, zeroPoint: scale.map(() => 0), axis: 0 };
}
