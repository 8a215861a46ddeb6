/** TensorFlow Lite's operators on images that change their size. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { Op, OpOf } from "../../ir/ops/index.js";
import { elementCount, formatShape, type Tensor } from "../../ir/tensor.js";
import { isUnpadded, NO_PADDING, samePadding, type Padding, type Size } from "../../ir/window.js";
import type { Table } from "./flatbuffer.js";
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
import { readStride } from "./window.js";

/** The ids of options that both operators have. */
interface ResizeIds {
  readonly alignCorners: number;
  readonly halfPixelCenters: number;
}

export function readResizeBilinear(source: Source): Op {
  const coordinates = readCoordinates(expectOptions(source), schema.ResizeBilinearOptions);
  return { type: "resize", mode: "bilinear", rounding: "floor", coordinates, ...readSize(source) };
}

export function readResizeNearest(source: Source): Op {
  const coordinates = readCoordinates(expectOptions(source), schema.ResizeNearestOptions);
  const rounding = coordinates === "asymmetric" ? "floor" : "halfUp";
  return { type: "resize", mode: "nearest", rounding, coordinates, ...readSize(source) };
}

function readCoordinates(options: Table, id: ResizeIds): OpOf<"resize">["coordinates"] {
  const [alignCorners, halfPixel] = [options.int8(id.alignCorners), options.int8(id.halfPixelCenters)];
  if (alignCorners && halfPixel) throw new UnsupportedError("expected aligned corners or half-pixel centers, got both");
  return alignCorners ? "alignCorners" : halfPixel ? "halfPixel" : "asymmetric";
}

function readSize(source: Source) {
  const size = expectConstants(source.tensors, source.inputs[1], "size");
  if (size.length !== 2) throw new FormatError(`size expected of 2 numbers, got ${size.length}`);
  return { ...unary(source), size: size as [number, number] };
}

export function readTransposeConv(source: Source): Op {
  const { inputs, outputs, tensors } = source;
  const options = expectOptions(source);
  const id = schema.TransposeConvOptions;
  const given = inputs[3] ?? -1;
  const operands = [inputs[2]!, inputs[1]!, ...(given < 0 ? [] : [given])];
  const stride = readStride(options.int32(id.strideH), options.int32(id.strideW));
  const { x, kernel, size } = transposed(tensors, operands, outputs[0]);
  const code = options.int8(id.padding);
  const same = schema.PADDING[code] === "SAME" ? samePadding(size, kernel, stride) : NO_PADDING;
  return {
    type: "transposedconvolution",
    inputs: operands,
    outputs,
    stride,
    padding: paddingFor(x, kernel, stride, size, [same.top, same.left]),
    activation: readActivation(options.int8(id.activation)),
  };
}

/** MediaPipe's operator, whose options are a C struct of int32: padding, stride in width, stride in height. */
export function readTransposeConvBias(source: Source): Op {
  const { inputs, outputs, tensors, customOptions } = source;
  if (!customOptions || customOptions.length < 12) {
    throw new FormatError(`options expected of 12 bytes, got ${customOptions?.length ?? 0}`);
  }
  const view = new DataView(customOptions.buffer, customOptions.byteOffset);
  const [padding, strideW, strideH] = [0, 4, 8].map((at) => view.getInt32(at, true)) as [number, number, number];
  const operands = inputs.slice(0, 3);
  const stride = readStride(strideH, strideW);
  const { x, kernel, size } = transposed(tensors, operands, outputs[0]);
  const before = ([0, 1] as const).map((side) => {
    const total = Math.max(0, kernel[side] - ((x.shape[side + 1]! - 1) % stride[side]) - 1);
    return padding === MEDIAPIPE_SAME ? Math.floor(total / 2) : 0;
  }) as [number, number];
  return {
    type: "transposedconvolution",
    inputs: operands,
    outputs,
    stride,
    padding: paddingFor(x, kernel, stride, size, before),
    activation: "none",
  };
}

/** Of TfLitePadding. */
const MEDIAPIPE_SAME = 1;

/** The input, the kernel, and the size of the output. */
function transposed(tensors: readonly Tensor[], operands: readonly number[], output: number | undefined) {
  const x = expectTensor(tensors, operands[0], "input", 4);
  const weights = expectTensor(tensors, operands[1], "weights", 4).shape;
  const y = expectTensor(tensors, output, "output", 4).shape;
  return { x, kernel: [weights[1]!, weights[2]!] as Size, size: [y[1]!, y[2]!] as Size };
}

/** The padding that makes an output of this size, with so many rows above and columns to the left. */
function paddingFor({ shape }: Tensor, kernel: Size, stride: Size, size: Size, before: Size): Padding {
  const after = ([0, 1] as const).map(
    (side) => (shape[side + 1]! - 1) * stride[side] + kernel[side] - before[side] - size[side],
  ) as [number, number];
  return { top: before[0], bottom: after[0], left: before[1], right: after[1] };
}

export function readDepthToSpace(source: Source): Op {
  const blockSize = readBlockSize(source);
  return { type: "depthtospace", blockSize, order: "dcr", ...unary(source) };
}

export function readSpaceToDepth(source: Source): Op {
  return { type: "spacetodepth", blockSize: readBlockSize(source), ...unary(source) };
}

function readBlockSize(source: Source): number {
  const size = expectOptions(source).int32(schema.BlockOptions.blockSize);
  if (size < 1) throw new FormatError(`block size expected from 1, got ${size}`);
  return size;
}

/** Zeros around the images are a pad of its own. */
export function readSpaceToBatch(source: Source): Op[] {
  const { inputs, outputs, tensors } = source;
  const x = expectTensor(tensors, inputs[0], "input", 4);
  const { block, sides } = readBlocks(source, "paddings");
  if (isUnpadded(sides)) return [{ type: "spacetobatch", block, ...unary(source) }];
  const [images, height, width, channels] = x.shape as [number, number, number, number];
  const shape = [images, height + sides.top + sides.bottom, width + sides.left + sides.right, channels];
  const padded = tensors.push({ ...x, name: `${x.name}/padded`, shape, data: undefined }) - 1;
  return [
    { type: "pad", padding: sides, inputs: [inputs[0]!], outputs: [padded] },
    { type: "spacetobatch", block, inputs: [padded], outputs },
  ];
}

export function readBatchToSpace(source: Source): Op {
  expectTensor(source.tensors, source.inputs[0], "input", 4);
  const { block, sides } = readBlocks(source, "crops");
  return { type: "batchtospace", block, crops: sides, ...unary(source) };
}

function readBlocks({ inputs, tensors }: Source, what: string): { block: Size; sides: Padding } {
  const block = expectConstants(tensors, inputs[1], "block shape");
  const amounts = expectConstants(tensors, inputs[2], what);
  if (block.length !== 2 || amounts.length !== 4) {
    throw new UnsupportedError(`block shape expected of height and width, got ${formatShape(block)}`);
  }
  if (block.some((size) => size < 1) || amounts.some((amount) => amount < 0)) {
    throw new FormatError(`${what} expected from 0 and blocks from 1, got ${amounts} and ${block}`);
  }
  const [top, bottom, left, right] = amounts as [number, number, number, number];
  return { block: block as [number, number], sides: { top, bottom, left, right } };
}

export function readL2Normalization(source: Source): Op {
  const activation = readActivation(source.options?.int8(schema.L2NormOptions.activation) ?? 0);
  if (activation !== "none") throw new UnsupportedError(`fused activation expected NONE (0), got ${activation}`);
  return { type: "l2normalization", epsilon: schema.L2_EPSILON, ...unary(source) };
}

/** Returns a function that reads one of the reductions. The graph's keeps the dimensions; a reshape takes them away. */
export function readReduce(name: OpOf<"reduce">["function"]): (source: Source) => Op[] {
  return (source) => {
    const { inputs, outputs, tensors } = source;
    const x = expectTensor(tensors, inputs[0], "input");
    const y = expectTensor(tensors, outputs[0], "output");
    const axes = expectAxes(source, 1, x);
    const op: Op = { type: "reduce", function: name, axes, inputs: [inputs[0]!], outputs };
    const shape = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
    if (y.shape.length === shape.length || elementCount(y.shape) !== elementCount(shape)) return [op];
    const kept = tensors.push({ ...y, name: `${y.name}/kept`, shape, data: undefined }) - 1;
    return [
      { ...op, outputs: [kept] },
      { type: "reshape", shape: y.shape, inputs: [kept], outputs },
    ];
  };
}
