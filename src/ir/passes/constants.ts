/**
 * Constant folding of DEQUANTIZE: float16 (or 8-bit) weights that a file widens while it runs become float32
 * constants.
 */
import type { Graph } from "../graph.js";
import { elementCount, halfToNumber, type Tensor } from "../tensor.js";

/** The graph without the dequantize operators whose input is constant. */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const ops = graph.ops.filter((op) => {
    const source = tensors[op.inputs[0]!]!;
    if (op.type !== "dequantize" || !source.data) return true;
    const output = op.outputs[0]!;
    tensors[output] = { ...tensors[output]!, data: dequantized(source) };
    return false;
  });
  return { ...graph, tensors, ops };
}

/** The real numbers of a constant tensor. */
export function dequantized(tensor: Tensor): Float32Array {
  const { data, dtype, quantization, shape } = tensor;
  const count = elementCount(shape);
  const real = new Float32Array(count);
  if (!data) return real;
  if (dtype === "float16") {
    for (let i = 0; i < count; ++i) real[i] = halfToNumber(data[i]!);
  } else if (quantization) {
    const { scale, zeroPoint, axis } = quantization;
    const channels = scale.length;
    const inner = channels === 1 ? count : elementCount(shape.slice(axis + 1));
    for (let i = 0; i < count; ++i) {
      const c = Math.floor(i / inner) % channels;
      real[i] = scale[c]! * (data[i]! - zeroPoint[c]!);
    }
  } else {
    real.set(data);
  }
  return real;
}
