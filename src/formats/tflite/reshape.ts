/** RESHAPE, SQUEEZE and EXPAND_DIMS: the new shape is that of the output. */
import type { CommonOp } from "../../ir/ops/index.js";
import { expectTensor, type Source } from "./source.js";

export function readReshape({ inputs, outputs, tensors }: Source): CommonOp {
  expectTensor(tensors, inputs[0], "input");
  const { shape } = expectTensor(tensors, outputs[0], "output");
  return { type: "reshape", inputs: [inputs[0]!], outputs, shape };
}
