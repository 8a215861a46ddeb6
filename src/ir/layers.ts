/** A readable list of a graph's operators: their types, shapes and costs. */
import { costOf, type Cost } from "./cost.js";
import type { Graph } from "./graph.js";
import { moduleOf, operandsOf, type OpType } from "./ops/index.js";
import type { DType } from "./tensor.js";
import type { Padding, Size } from "./window.js";

/** An operator of a graph; its cost is for one run. */
export interface Layer extends Cost {
  /** Place in the order of execution. */
  readonly index: number;
  readonly type: OpType;
  /** Name of the output tensor. */
  readonly name: string;
  /** Element type of the output. */
  readonly dtype: DType;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** Height and width of the window, for operators that have one. */
  readonly kernel?: Size;
  readonly stride?: Size;
  readonly padding?: Padding;
  readonly activation?: string;
  /** Of the output, if it is 8-bit. */
  readonly scale?: number;
  readonly zeroPoint?: number;
}

/** The layers of a graph, in the order they run. */
export function describeLayers({ ops, tensors }: Graph): Layer[] {
  return ops.map((op, index) => {
    const output = tensors[op.outputs[0]!]!;
    const kernel = moduleOf(op).kernel?.(op, operandsOf(op, tensors));
    const { quantization } = output;
    return {
      index,
      type: op.type,
      name: output.name,
      dtype: output.dtype,
      inputShape: tensors[op.inputs[0]!]!.shape,
      outputShape: output.shape,
      ...(kernel && { kernel }),
      ...("stride" in op && { stride: op.stride }),
      ...("padding" in op && { padding: op.padding }),
      ...("activation" in op && { activation: op.activation }),
      ...(quantization && { scale: quantization.scale[0]!, zeroPoint: quantization.zeroPoint[0]! }),
      ...costOf(op, tensors),
    };
  });
}
