/** TensorFlow Lite's operators that move elements and compute nothing. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { Op } from "../../ir/ops/index.js";
import { formatShape } from "../../ir/tensor.js";
import * as schema from "./schema.js";
import { expectConstants, expectOptions, expectTensor, readActivation, type Source } from "./source.js";

export function readConcatenation(source: Source): Op {
  const { inputs, outputs, tensors } = source;
  const options = expectOptions(source);
  const [x] = inputs.map((index) => expectTensor(tensors, index, "input"));
  if (!x) throw new FormatError("expected inputs, got none");
  const activation = readActivation(options.int8(schema.ConcatenationOptions.activation));
  if (activation !== "none") throw new UnsupportedError(`fused activation expected NONE (0), got ${activation}`);
  const axis = options.int32(schema.ConcatenationOptions.axis);
  return { type: "concatenation", inputs, outputs, axis: axis < 0 ? axis + x.shape.length : axis };
}

/** A size of -1 reaches to the end. */
export function readSlice({ inputs, outputs, tensors }: Source): Op {
  const { shape } = expectTensor(tensors, inputs[0], "input");
  const begin = expectConstants(tensors, inputs[1], "begin");
  const size = expectConstants(tensors, inputs[2], "size");
  return {
    type: "slice",
    inputs: [inputs[0]!],
    outputs,
    begin,
    size: size.map((count, i) => (count === -1 ? shape[i]! - begin[i]! : count)),
    step: shape.map(() => 1),
  };
}

/** Begin and end are cut off at the sides; where the mask says so, a dimension of one element is taken away. */
export function readStridedSlice(source: Source): Op[] {
  const { inputs, outputs, tensors } = source;
  const x = expectTensor(tensors, inputs[0], "input");
  const begins = expectConstants(tensors, inputs[1], "begin");
  const ends = expectConstants(tensors, inputs[2], "end");
  const step = expectConstants(tensors, inputs[3], "strides");
  const options = expectOptions(source);
  const id = schema.StridedSliceOptions;
  if (options.int32(id.ellipsisMask) || options.int32(id.newAxisMask)) {
    throw new UnsupportedError("expected neither an ellipsis nor new dimensions");
  }
  if ([begins, ends, step].some(({ length }) => length !== x.shape.length) || step.includes(0)) {
    throw new UnsupportedError(`begin, end and strides other than 0 expected for all of ${formatShape(x.shape)}`);
  }
  const masked = (mask: number, i: number) => ((options.int32(mask) >> i) & 1) === 1;
  const within = (at: number, i: number) => {
    const all = x.shape[i]!;
    const low = step[i]! > 0 ? 0 : -1;
    return Math.min(Math.max(at < 0 ? at + all : at, low), all + low);
  };
  const begin = begins.map((at, i) => within(masked(id.beginMask, i) ? (step[i]! > 0 ? 0 : x.shape[i]! - 1) : at, i));
  const size = ends.map((at, i) => {
    if (masked(id.shrinkMask, i)) return 1;
    const end = masked(id.endMask, i) ? (step[i]! > 0 ? x.shape[i]! : -1) : within(at, i);
    return Math.ceil((end - begin[i]!) / step[i]!);
  });
  const slice: Op = { type: "slice", inputs: [inputs[0]!], outputs, begin, size, step };
  if (!size.some((_, i) => masked(id.shrinkMask, i))) return [slice];
  const { shape } = expectTensor(tensors, outputs[0], "output");
  const whole = tensors.push({ ...x, name: `${x.name}/slice`, shape: size, data: undefined }) - 1;
  return [
    { ...slice, outputs: [whole] },
    { type: "reshape", inputs: [whole], outputs, shape },
  ];
}

export function readTranspose({ inputs, outputs, tensors }: Source): Op {
  const { shape } = expectTensor(tensors, inputs[0], "input");
  const permutation = expectConstants(tensors, inputs[1], "permutation");
  const dimensions = permutation.map((axis) => (axis < 0 ? axis + shape.length : axis));
  return { type: "transpose", inputs: [inputs[0]!], outputs, permutation: dimensions };
}
