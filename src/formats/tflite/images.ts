/** MEAN and PAD of images. They return undefined for other dimensions than height and width, which rare operators have. */
import type { CommonOp } from "../../ir/ops/index.js";
import * as schema from "./schema.js";
import { expectAxes, expectConstants, expectTensor, type Source } from "./source.js";

export function readMean(source: Source): CommonOp | undefined {
  const { options, outputs, inputs, tensors } = source;
  const x = expectTensor(tensors, inputs[0], "input");
  const axes = expectAxes(source, 1, x);
  if (x.shape.length !== 4 || axes.toSorted((a, b) => a - b).join() !== "1,2") return undefined;
  return { type: "mean", inputs: [inputs[0]!], outputs, keepDims: options?.int8(schema.ReducerOptions.keepDims) === 1 };
}

export function readPad({ inputs, outputs, tensors }: Source): CommonOp | undefined {
  const x = expectTensor(tensors, inputs[0], "input");
  const amounts = expectConstants(tensors, inputs[1], "paddings");
  if (x.shape.length !== 4 || amounts.length !== 8 || amounts.some((amount) => amount < 0)) return undefined;
  const [before, after, top, bottom, left, right, first, last] = amounts as [number, number, number, number, number, number, number, number]; // prettier-ignore
  if (before || after || first || last) return undefined;
  return { type: "pad", inputs: [inputs[0]!], outputs, padding: { top, bottom, left, right } };
}
