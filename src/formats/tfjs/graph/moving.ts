/** Nodes that move elements and compute nothing. */
import { FormatError, UnsupportedError } from "../../../errors.js";
import { rare } from "../../../ir/rare.js";
import { formatShape } from "../../../ir/tensor.js";
import { resolveSlice } from "../../stridedslice.js";
import {
  axisOf,
  constant,
  emit,
  integer,
  integers,
  reshape,
  shapeOf,
  input,
  type Reader,
  type Source,
  type Value,
} from "./source.js";

/** Without the dimensions of size 1 that `squeeze_dims` names, or without all of them. */
function readSqueeze(source: Source): Value {
  const x = input(source, 0);
  const shape = shapeOf(source, x);
  const named = source.attributes.integers("squeeze_dims");
  const axes = (named.length ? named : source.attributes.integers("axis")).map((axis) => axisOf(axis, shape.length));
  if (axes.some((axis) => shape[axis] !== 1)) {
    throw new FormatError(`squeeze_dims expected sizes of 1, got ${axes.join()} of ${formatShape(shape)}`);
  }
  return reshape(
    source,
    x,
    shape.filter((size, axis) => (axes.length ? !axes.includes(axis) : size !== 1)),
  );
}

function readExpandDims(source: Source): Value {
  const x = input(source, 0);
  const shape = shapeOf(source, x);
  return reshape(source, x, shape.toSpliced(axisOf(integer(source, 1), shape.length + 1), 0, 1));
}

function readTranspose(source: Source): Value {
  const x = input(source, 0);
  const rank = shapeOf(source, x).length;
  const permutation = integers(source, 1).map((axis) => axisOf(axis, rank));
  if (permutation.every((axis, i) => axis === i)) return x;
  return emit(source, rare({ type: "transpose", permutation }), [x]);
}

function readSlice(source: Source): Value {
  const x = input(source, 0);
  const shape = shapeOf(source, x);
  const begin = integers(source, 1);
  const size = integers(source, 2).map((count, i) => (count === -1 ? shape[i]! - begin[i]! : count));
  return emit(source, rare({ type: "slice", begin, size, step: shape.map(() => 1) }), [x]);
}

function readStridedSlice(source: Source): Value {
  const { attributes, name } = source;
  const x = input(source, 0);
  const mask = (which: string) => attributes.integer(`${which}_mask`, 0);
  const { begin, size, step, shape } = resolveSlice(shapeOf(source, x), {
    begin: integers(source, 1),
    end: integers(source, 2),
    strides: integers(source, 3),
    beginMask: mask("begin"),
    endMask: mask("end"),
    ellipsisMask: mask("ellipsis"),
    newAxisMask: mask("new_axis"),
    shrinkMask: mask("shrink_axis"),
  });
  if (shape.join() === size.join()) return emit(source, rare({ type: "slice", begin, size, step }), [x]);
  const whole = emit(source, rare({ type: "slice", begin, size, step }), [x], `${name}/slice`);
  return reshape(source, whole, shape);
}

/** A slice of a tensor along one dimension. */
function part(source: Source, x: Value, axis: number, first: number, count: number, name: string): Value {
  const shape = shapeOf(source, x);
  const begin = shape.map((_, i) => (i === axis ? first : 0));
  const size = shape.map((all, i) => (i === axis ? count : all));
  if (size[axis] === shape[axis]) return x;
  return emit(source, rare({ type: "slice", begin, size, step: shape.map(() => 1) }), [x], name);
}

/** Far more outputs than any node has. */
const MAX_PARTS = 1000;

function expectParts(count: number): void {
  if (count > MAX_PARTS) throw new UnsupportedError(`expected at most ${MAX_PARTS} outputs, got ${count}`);
}

/** The name of an output of a node. */
function outputName(name: string, index: number): string {
  return index ? `${name}:${index}` : name;
}

function readUnpack(source: Source): Value[] {
  const { attributes, name } = source;
  const x = input(source, 0);
  const shape = shapeOf(source, x);
  const axis = axisOf(attributes.integer("axis", 0), shape.length);
  const left = shape.toSpliced(axis, 1);
  expectParts(shape[axis]!);
  return Array.from({ length: shape[axis]! }, (_, i) => {
    const own = outputName(name, i);
    return reshape(source, part(source, x, axis, i, 1, `${own}/slice`), left, own);
  });
}

/** Parts of equal sizes. */
function readSplit(source: Source): Value[] {
  const x = input(source, 1);
  const shape = shapeOf(source, x);
  const axis = axisOf(integer(source, 0), shape.length);
  const count = source.attributes.integer("num_split", 1);
  const each = shape[axis]! / count;
  if (!(count >= 1 && Number.isInteger(each))) {
    throw new FormatError(`num_split expected to divide ${shape[axis]}, got ${count}`);
  }
  expectParts(count);
  return Array.from({ length: count }, (_, i) => part(source, x, axis, i * each, each, outputName(source.name, i)));
}

/** Parts of sizes that sum up to the whole; one of them may be -1, which is the rest. */
function readSplitSizes(source: Source): Value[] {
  const x = input(source, 0);
  const shape = shapeOf(source, x);
  const sizes = integers(source, 1);
  const axis = axisOf(integer(source, 2), shape.length);
  const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
  let first = 0;
  return sizes.map((size, i) => {
    const count = size === -1 ? shape[axis]! - known : size;
    first += count;
    return part(source, x, axis, first - count, count, outputName(source.name, i));
  });
}

function readConcatenation(source: Source): Value {
  const parts = source.inputs.slice(0, -1);
  const axis = axisOf(integer(source, parts.length), shapeOf(source, input(source, 0)).length);
  return joined(source, parts, axis);
}

function joined(source: Source, parts: readonly Value[], axis: number): Value {
  if (parts.length === 1) return parts[0]!;
  return emit(source, rare({ type: "concatenation", axis }), parts);
}

function readPack(source: Source): Value {
  const { attributes, inputs, name } = source;
  const shape = shapeOf(source, input(source, 0));
  const axis = axisOf(attributes.integer("axis", 0), shape.length + 1);
  const parts = inputs.map((x, i) => {
    const own = inputs.length === 1 ? name : `${name}/${i}`;
    return reshape(source, x, shapeOf(source, x).toSpliced(axis, 0, 1), own);
  });
  return joined(source, parts, axis);
}

/** One number before and one after for each dimension. */
function readAmounts(source: Source, rank: number): { before: number[]; after: number[] } {
  const amounts = integers(source, 1);
  if (amounts.length !== 2 * rank || amounts.some((amount) => amount < 0)) {
    throw new UnsupportedError(`paddings expected ${2 * rank} numbers from 0 for ${rank} dimensions, got ${amounts}`);
  }
  return {
    before: amounts.filter((_, i) => i % 2 === 0),
    after: amounts.filter((_, i) => i % 2 === 1),
  };
}

function readPad(source: Source): Value {
  const x = input(source, 0);
  const { before, after } = readAmounts(source, shapeOf(source, x).length);
  const number = source.inputs.length > 2 ? constant(source, 2).data![0]! : 0;
  if (before.length === 4 && number === 0 && ![before[0], after[0], before[3], after[3]].some(Boolean)) {
    const [, top, left] = before as [number, number, number];
    const [, bottom, right] = after as [number, number, number];
    return emit(source, { type: "pad", padding: { top, bottom, left, right } }, [x]);
  }
  return emit(source, rare({ type: "padany", before, after, mode: "constant", value: number }), [x]);
}

function readMirrorPad(source: Source): Value {
  const x = input(source, 0);
  const mode = source.attributes.string("mode", "");
  if (mode !== "REFLECT" && mode !== "SYMMETRIC") {
    throw new UnsupportedError(`mode expected REFLECT or SYMMETRIC, got ${mode}`);
  }
  const amounts = readAmounts(source, shapeOf(source, x).length);
  const kind = mode === "REFLECT" ? "reflect" : "symmetric";
  return emit(source, rare({ type: "padany", ...amounts, mode: kind, value: 0 }), [x]);
}

/** Constant positions in one dimension are for a kernel, others for the host. */
function readGather(source: Source): Value {
  const [x, indices] = [input(source, 0), input(source, 1)];
  const rank = shapeOf(source, x).length;
  if (source.attributes.integer("batch_dims", 0)) throw new UnsupportedError("batch_dims expected 0");
  const axis = source.inputs.length > 2 ? axisOf(integer(source, 2), rank) : 0;
  if (typeof indices === "number" || typeof x !== "number" || indices.shape.length !== 1) {
    return emit(source, rare({ type: "take", axis }), [x, indices]);
  }
  return emit(source, rare({ type: "gather", axis, indices: integers(source, 1) }), [x]);
}

function readBlocks(source: Source, type: "depthtospace" | "spacetodepth"): Value {
  const blockSize = source.attributes.integer("block_size", 0);
  const attributes = type === "depthtospace" ? rare({ type, blockSize, order: "dcr" }) : rare({ type, blockSize });
  return emit(source, attributes, [input(source, 0)]);
}

export const MOVING: Readonly<Record<string, Reader>> = {
  ConcatV2: readConcatenation,
  DepthToSpace: (source) => readBlocks(source, "depthtospace"),
  ExpandDims: readExpandDims,
  GatherNd: (source) => emit(source, rare({ type: "gathernd" }), [input(source, 0), input(source, 1)]),
  GatherV2: readGather,
  MirrorPad: readMirrorPad,
  Pack: readPack,
  Pad: readPad,
  PadV2: readPad,
  Reshape: (source) => reshape(source, input(source, 0), integers(source, 1)),
  Slice: readSlice,
  SpaceToDepth: (source) => readBlocks(source, "spacetodepth"),
  Split: readSplit,
  SplitV: readSplitSizes,
  Squeeze: readSqueeze,
  StridedSlice: readStridedSlice,
  Tile: (source) => emit(source, rare({ type: "tile", multiples: integers(source, 1) }), [input(source, 0)]),
  Transpose: readTranspose,
  Unpack: readUnpack,
};
