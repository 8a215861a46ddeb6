/** A quantised model in float32: the same network with its weights dequantised, and no rounding between layers. */
import { CopyBudget } from "../budget.js";
import type { Graph } from "../graph.js";
import { moduleOf, type Op } from "../ops/index.js";
import { dequantized, type Tensor } from "../tensor.js";

/**
 * The graph with every 8-bit tensor made float32. Weights become real numbers; int32 biases too, by the scale of the
 * input times that of the weights. QUANTIZE and DEQUANTIZE become reshapes to the same shape, which cost nothing.
 */
export function toFloat32(graph: Graph): Graph {
  const tensors = graph.tensors.map((tensor) => (isQuantized(tensor) ? asFloat32(tensor) : tensor));
  const copies = new CopyBudget(graph.tensors);
  for (const op of graph.ops) {
    const { weights: trait } = moduleOf(op);
    const index = trait && op.inputs[trait.bias];
    if (index === undefined) continue;
    const [bias, input, weights] = [index, op.inputs[0]!, op.inputs[trait!.operand]!].map((i) => graph.tensors[i]!);
    if (bias!.dtype === "int32" && bias!.data) {
      copies.take(bias!.data.length);
      tensors[index] = asFloat32({ ...bias!, quantization: biasQuantization(input!, weights!) });
    }
  }
  const ops = graph.ops.map((op): Op => {
    if (!moduleOf(op).convertsType) return op;
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
