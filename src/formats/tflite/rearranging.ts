/** TensorFlow Lite's operators that move elements and compute nothing. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { Op } from "../../ir/ops/index.js";
import { dequantized, formatShape, type Tensor } from "../../ir/tensor.js";
import * as schema from "./schema.js";
import {
  expectAxes,
  expectConstants,
  expectOptions,
  expectTensor,
  readActivation,
  unary,
  type Source,
} from "./source.js";
import { fromFirst } from "../axis.js";

export function readConcatenation(source: Source): Op {
  const { inputs, outputs, tensors } = source;
  const options = expectOptions(source);
  const [x] = inputs.map((index) => expectTensor(tensors, index, "input"));
  if (!x) throw new FormatError("expected inputs, got none");
  const activation = readActivation(options.int8(schema.ConcatenationOptions.activation));
  if (activation !== "none") throw new UnsupportedError(`fused activation expected NONE (0), got ${activation}`);
  const axis = options.int32(schema.ConcatenationOptions.axis);
  return { type: "concatenation", inputs, outputs, axis: fromFirst(axis, x.shape.length) };
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
  const dimensions = permutation.map((axis) => fromFirst(axis, shape.length));
  return { type: "transpose", inputs: [inputs[0]!], outputs, permutation: dimensions };
}

/** PAD and PADV2, whose third input is one number for all that is added. */
export function readPadAny(source: Source): Op {
  const { inputs, tensors } = source;
  return { type: "padany", mode: "constant", value: readValue(tensors, inputs[2]), ...readAmounts(source) };
}

export function readMirrorPad(source: Source): Op {
  const code = expectOptions(source).int8(schema.MirrorPadOptions.mode);
  const mode = schema.MIRROR_MODES[code];
  if (!mode) throw new FormatError(`mode expected REFLECT (0) or SYMMETRIC (1), got ${code}`);
  return { type: "padany", mode, value: 0, ...readAmounts(source) };
}

function readAmounts(source: Source) {
  const amounts = expectConstants(source.tensors, source.inputs[1], "paddings");
  const [before, after] = [0, 1].map((side) => amounts.filter((_, i) => i % 2 === side)) as [number[], number[]];
  return { ...unary(source), before, after };
}

/** A real number; 0 if there is no such input. */
function readValue(tensors: readonly Tensor[], index: number | undefined): number {
  if (index === undefined || index < 0) return 0;
  const tensor = expectTensor(tensors, index, "padding value");
  if (tensor.data?.length !== 1) throw new UnsupportedError("padding value expected one constant");
  return dequantized(tensor)[0]!;
}

export function readTile(source: Source): Op {
  const multiples = expectConstants(source.tensors, source.inputs[1], "multiples");
  return { type: "tile", multiples, ...unary(source) };
}

/** Far above any network of this kind. */
const MAX_INDICES = 65536;

/** A scalar as index takes the dimension away. */
export function readGather(source: Source): Op[] {
  const { inputs, outputs, tensors, options } = source;
  const x = expectTensor(tensors, inputs[0], "input");
  const { shape } = expectTensor(tensors, inputs[1], "indices");
  const indices = expectConstants(tensors, inputs[1], "indices", MAX_INDICES);
  const batchDims = options?.int32(schema.GatherOptions.batchDims) ?? 0;
  if (shape.length > 1 || batchDims) throw new UnsupportedError("indices expected of one dimension");
  const given = options?.int32(schema.GatherOptions.axis) ?? 0;
  const axis = given < 0 ? given + x.shape.length : given;
  const op: Op = { type: "gather", axis, indices, inputs: [inputs[0]!], outputs };
  return shape.length ? [op] : withoutAxis(source, op, axis);
}

/** Equal parts along the dimension that the first input says. */
export function readSplit(source: Source): Op[] {
  const { inputs, outputs, tensors } = source;
  const x = expectTensor(tensors, inputs[1], "input");
  const [axis] = expectAxes(source, 0, x);
  const size = x.shape[axis ?? -1]! / outputs.length;
  if (!Number.isInteger(size)) {
    throw new FormatError(`dimension ${axis} expected a multiple of ${outputs.length}, got ${formatShape(x.shape)}`);
  }
  return split({ ...source, inputs: [inputs[1]!] }, axis!, outputs.map(() => size)); // prettier-ignore
}

/** One size may be -1, for the rest. */
export function readSplitV(source: Source): Op[] {
  const { inputs, outputs, tensors } = source;
  const x = expectTensor(tensors, inputs[0], "input");
  const [axis] = expectAxes(source, 2, x);
  const sizes = expectConstants(tensors, inputs[1], "sizes", MAX_INDICES);
  const rest = sizes.reduce((left, size) => left - Math.max(size, 0), x.shape[axis ?? -1] ?? NaN);
  if (sizes.length !== outputs.length) throw new FormatError(`expected ${outputs.length} sizes, got ${sizes.length}`);
  return split(source, axis!, sizes.map((size) => (size < 0 ? rest : size))); // prettier-ignore
}

/** Parts along a dimension that go away with it. */
export function readUnpack(source: Source): Op[] {
  const { inputs, outputs, tensors } = source;
  const x = expectTensor(tensors, inputs[0], "input");
  const given = expectOptions(source).int32(schema.UnpackOptions.axis);
  const axis = given < 0 ? given + x.shape.length : given;
  if (x.shape[axis] !== outputs.length) {
    throw new FormatError(`dimension ${axis} expected ${outputs.length}, got ${formatShape(x.shape)}`);
  }
  const slices = split(source, axis, outputs.map(() => 1)); // prettier-ignore
  return slices.flatMap((op) => withoutAxis(source, op, axis));
}

/** Inputs with one dimension more, one after another. */
export function readPack(source: Source): Op[] {
  const { inputs, outputs, tensors } = source;
  const { shape } = expectTensor(tensors, outputs[0], "output");
  const given = expectOptions(source).int32(schema.PackOptions.axis);
  const axis = given < 0 ? given + shape.length : given;
  const one = shape.map((size, i) => (i === axis ? 1 : size));
  const reshapes = inputs.map((input): Op => {
    const x = expectTensor(tensors, input, "input");
    const packed = tensors.push({ ...x, name: `${x.name}/packed`, shape: one, data: undefined }) - 1;
    return { type: "reshape", shape: one, inputs: [input], outputs: [packed] };
  });
  const parts = reshapes.map((op) => op.outputs[0]!);
  return [...reshapes, { type: "concatenation", axis, inputs: parts, outputs }];
}

/** A slice for each output, of these sizes along a dimension. */
function split({ inputs, outputs, tensors }: Source, axis: number, sizes: readonly number[]): Op[] {
  const { shape } = tensors[inputs[0]!]!;
  let first = 0;
  return outputs.map((output, i) => {
    const begin = shape.map((_, d) => (d === axis ? first : 0));
    first += sizes[i]!;
    const size = shape.map((all, d) => (d === axis ? sizes[i]! : all));
    return { type: "slice", begin, size, step: shape.map(() => 1), inputs: [inputs[0]!], outputs: [output] };
  });
}

/** The operator, and a reshape that takes away a dimension of its output, whose size is 1. */
function withoutAxis({ tensors }: Source, op: Op, axis: number): Op[] {
  const output = op.outputs[0];
  const y = expectTensor(tensors, output, "output");
  const shape = y.shape.toSpliced(axis, 0, 1);
  const kept = tensors.push({ ...y, name: `${y.name}/kept`, shape, data: undefined }) - 1;
  return [
    { ...op, outputs: [kept] },
    { type: "reshape", shape: y.shape, inputs: [kept], outputs: [output!] },
  ];
}
