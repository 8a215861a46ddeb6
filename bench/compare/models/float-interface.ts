/** Quantised networks with float32 outside, for engines whose interface has no int8 (litert, tfjs-tflite). */
import { buildGraph, type Graph } from "../../../src/ir/graph.js";
import type { Op } from "../../../src/ir/ops/index.js";
import type { Tensor } from "../../../src/ir/tensor.js";

/** The same graph with a QUANTIZE before each input and a DEQUANTIZE behind each output. */
export function floatInterface(graph: Graph): Graph {
  const tensors: Tensor[] = [...graph.tensors];
  const outside = (index: number) => {
    const { name, shape } = tensors[index]!;
    return tensors.push({ name: `${name}/float32`, shape, dtype: "float32" }) - 1;
  };
  const inputs = graph.inputs.map(outside);
  const outputs = graph.outputs.map(outside);
  const before = graph.inputs.map((inner, i): Op => ({ type: "quantize", inputs: [inputs[i]!], outputs: [inner] }));
  const behind = graph.outputs.map((inner, i): Op => ({ type: "dequantize", inputs: [inner], outputs: [outputs[i]!] }));
  return buildGraph({ tensors, ops: [...before, ...graph.ops, ...behind], inputs, outputs });
}
