/** The graph's operators in terms of TensorFlow Lite's: one function an operator, by its type. */
import { UnsupportedError } from "../../errors.js";
import type { Op, OpOf, OpType } from "../../ir/ops/index.js";
import { dilated, isUnpadded, NO_DILATION, NO_PADDING, samePadding, type Padding, type Size } from "../../ir/window.js";
import { writeFlexMap } from "./flexbuffer.js";
import { clamp, float32, int32, int8, offset, type OutputFile } from "./output.js";
import type { BinaryType } from "../../ir/ops/binary.js";
import { BINARY } from "./binary.js";
import { PLAIN } from "./plain.js";
import { RARE_PLAIN } from "./rareplain.js";
import { OptionsType } from "./optionstype.js";
import * as schema from "./schema.js";
import { TAIL_WRITERS } from "./tailwriters.js";

type Writer<T extends OpType> = (op: OpOf<T>, file: OutputFile) => void;

/** Operators with one input and no options, by their names. */
const PLAINS = { ...PLAIN, ...RARE_PLAIN };

const WRITERS: {
  readonly [T in Exclude<OpType, (typeof PLAINS)[keyof typeof PLAINS]["attributes"]["type"]>]: Writer<T>;
} = {
  add: writeAdd,
  ...writersOfBinary(),
  averagepool: writePool,
  batchnorm: () => {
    throw new UnsupportedError("batchnorm: expected folded, or as a depthwise convolution");
  },
  batchtospace: (op, file) => writeBlocks(op, op.crops, file),
  concatenation: writeConcatenation,
  convolution: writeConvolution,
  depthwise: writeDepthwise,
  dequantize: (op, file) =>
    file.operator({
      ...placeOf(op),
      name: "DEQUANTIZE",
      version: file.tensor(op.inputs[0]!).dtype === "float16" ? 3 : 2,
    }),
  depthtospace: writeDepthToSpace,
  detection: writeDetection,
  fullyconnected: writeFullyConnected,
  gather: writeGather,
  l2normalization: writeL2Normalization,
  leakyrelu: writeLeakyRelu,
  maxpool: writePool,
  mean: writeMean,
  pad: (op, file) => writePad(op.inputs[0]!, op.outputs[0]!, op.padding, file),
  padany: writePadAny,
  quantize: (op, file) => file.operator({ ...placeOf(op), name: "QUANTIZE", version: 1 }),
  reduce: writeReduce,
  requantize: (op, file) => file.operator({ ...placeOf(op), name: "QUANTIZE", version: 2 }),
  reshape: writeReshape,
  resize: writeResize,
  slice: writeSlice,
  softmax: writeSoftmax,
  spacetobatch: (op, file) => writeBlocks(op, NO_PADDING, file),
  spacetodepth: writeSpaceToDepth,
  tile: writeTile,
  transpose: writeTranspose,
  ...TAIL_WRITERS,
  transposedconvolution: writeTransposedConvolution,
};

/** Writes an operator of the graph as one of the file's, or as two where the file's has no padding of that kind. */
export function writeOperator(op: Op, file: OutputFile): void {
  const write = (WRITERS as { readonly [T in OpType]?: Writer<T> })[op.type] as Writer<OpType> | undefined;
  if (write) return write(op, file);
  const plain = Object.entries(PLAINS).find(([, { attributes }]) =>
    Object.entries(attributes).every(([key, value]) => op[key as keyof Op] === value),
  );
  if (!plain) throw new UnsupportedError(`${op.type}: the format has no operator with these attributes`);
  const [name, { version }] = plain;
  file.operator({ ...placeOf(op), name, version: isQuantized(op, file) ? version : 1 });
}

function writeConvolution(op: OpOf<"convolution">, file: OutputFile): void {
  if (op.padValue) throw new UnsupportedError("convolution: padding expected of zeros");
  const [, height, width] = file.tensor(op.inputs[1]!).shape as [number, number, number];
  const { inputs, padding } = padded(op, dilated([height, width], op.dilation), file);
  const id = schema.Conv2DOptions;
  const table = file.table({
    [id.padding]: int8(padding),
    [id.strideW]: int32(op.stride[1]),
    [id.strideH]: int32(op.stride[0]),
    [id.activation]: clamp(op.activation),
    [id.dilationW]: int32((op.dilation ?? NO_DILATION)[1]),
    [id.dilationH]: int32((op.dilation ?? NO_DILATION)[0]),
  });
  const version = isQuantized(op, file) ? 3 : 1;
  file.operator({ name: "CONV_2D", version, inputs, outputs: op.outputs, options: [OptionsType.conv2D, table] });
}

function writeDepthwise(op: OpOf<"depthwise">, file: OutputFile): void {
  const [x, weights] = op.inputs.map((index) => file.tensor(index).shape);
  const { inputs, padding } = padded(op, dilated([weights![1]!, weights![2]!], op.dilation), file);
  const id = schema.DepthwiseOptions;
  const table = file.table({
    [id.padding]: int8(padding),
    [id.strideW]: int32(op.stride[1]),
    [id.strideH]: int32(op.stride[0]),
    [id.multiplier]: int32(weights![3]! / x![3]!),
    [id.activation]: clamp(op.activation),
    [id.dilationW]: int32((op.dilation ?? NO_DILATION)[1]),
    [id.dilationH]: int32((op.dilation ?? NO_DILATION)[0]),
  });
  file.operator({
    name: "DEPTHWISE_CONV_2D",
    version: isQuantized(op, file) ? 3 : 1,
    inputs,
    outputs: op.outputs,
    options: [OptionsType.depthwise, table],
  });
}

function writePool(op: OpOf<"averagepool"> | OpOf<"maxpool">, file: OutputFile): void {
  const padding = paddingCode(op, op.kernel, file);
  // A PAD would put zeros into the window.
  if (padding === undefined) throw new UnsupportedError(`${op.type}: padding expected SAME or none`);
  const id = schema.Pool2DOptions;
  const table = file.table({
    [id.padding]: int8(padding),
    [id.strideW]: int32(op.stride[1]),
    [id.strideH]: int32(op.stride[0]),
    [id.filterW]: int32(op.kernel[1]),
    [id.filterH]: int32(op.kernel[0]),
    [id.activation]: clamp(op.activation),
  });
  file.operator({
    ...placeOf(op),
    name: op.type === "maxpool" ? "MAX_POOL_2D" : "AVERAGE_POOL_2D",
    version: isQuantized(op, file) ? 2 : 1,
    options: [OptionsType.pool2D, table],
  });
}

function writeFullyConnected(op: OpOf<"fullyconnected">, file: OutputFile): void {
  const table = file.table({ [schema.FullyConnectedOptions.activation]: clamp(op.activation) });
  const version = isQuantized(op, file) ? 4 : 1;
  file.operator({
    ...placeOf(op),
    name: "FULLY_CONNECTED",
    version,
    options: [OptionsType.fullyConnected, table],
  });
}

function writeMean(op: OpOf<"mean">, file: OutputFile): void {
  const table = file.table({ [schema.ReducerOptions.keepDims]: int8(op.keepDims ? 1 : 0) });
  const inputs = [op.inputs[0]!, file.vector("axes", [1, 2])];
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ name: "MEAN", version, inputs, outputs: op.outputs, options: [OptionsType.reducer, table] });
}

function writeSoftmax(op: OpOf<"softmax">, file: OutputFile): void {
  const table = file.table({ [schema.SoftmaxOptions.beta]: float32(op.beta) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ ...placeOf(op), name: "SOFTMAX", version, options: [OptionsType.softmax, table] });
}

function writeLeakyRelu(op: OpOf<"leakyrelu">, file: OutputFile): void {
  const table = file.table({ [schema.LeakyReluOptions.alpha]: float32(op.slope) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ ...placeOf(op), name: "LEAKY_RELU", version, options: [OptionsType.leakyRelu, table] });
}

function writeAdd(op: OpOf<"add">, file: OutputFile): void {
  const table = file.table({ [schema.AddOptions.activation]: clamp(op.activation) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ ...placeOf(op), name: "ADD", version, options: [OptionsType.add, table] });
}

function writersOfBinary() {
  const entries = Object.entries(BINARY).map(([name, { type, options, version }]) => {
    const write = (op: OpOf<BinaryType>, file: OutputFile) => {
      if (options === undefined && op.activation !== "none") {
        throw new UnsupportedError(`${type}: expected no activation, got ${op.activation}`);
      }
      file.operator({
        name,
        version: isQuantized(op, file) ? version : 1,
        inputs: op.swapped ? op.inputs.toReversed() : op.inputs,
        outputs: op.outputs,
        ...(options !== undefined && {
          options: [options, file.table({ [schema.BinaryOptions.activation]: clamp(op.activation) })] as const,
        }),
      });
    };
    return [type, write] as const;
  });
  return Object.fromEntries(entries) as { readonly [T in BinaryType]: Writer<T> };
}

function writeConcatenation(op: OpOf<"concatenation">, file: OutputFile): void {
  const table = file.table({ [schema.ConcatenationOptions.axis]: int32(op.axis) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ ...placeOf(op), name: "CONCATENATION", version, options: [OptionsType.concatenation, table] });
}

function writeTranspose(op: OpOf<"transpose">, file: OutputFile): void {
  const inputs = [op.inputs[0]!, file.vector("permutation", op.permutation)];
  const version = isQuantized(op, file) ? 2 : 1;
  const options = [OptionsType.transpose, file.table({})] as const;
  file.operator({ name: "TRANSPOSE", version, inputs, outputs: op.outputs, options });
}

function writeReshape(op: OpOf<"reshape">, file: OutputFile): void {
  const table = file.table({ [schema.ReshapeOptions.newShape]: offset(file.int32s(op.shape)) });
  const inputs = [op.inputs[0]!, file.vector("shape", op.shape)];
  file.operator({
    name: "RESHAPE",
    version: 1,
    inputs,
    outputs: op.outputs,
    options: [OptionsType.reshape, table],
  });
}

/** SLICE, or where it has strides STRIDED_SLICE. */
function writeSlice(op: OpOf<"slice">, file: OutputFile): void {
  const { begin, size, step, outputs } = op;
  const version = isQuantized(op, file) ? 2 : 1;
  if (step.every((by) => by === 1)) {
    const inputs = [op.inputs[0]!, file.vector("begin", begin), file.vector("size", size)];
    return file.operator({
      name: "SLICE",
      version,
      inputs,
      outputs,
      options: [OptionsType.slice, file.table({})],
    });
  }
  const end = size.map((count, i) => begin[i]! + step[i]! * count);
  const inputs = [op.inputs[0]!, file.vector("begin", begin), file.vector("end", end), file.vector("strides", step)];
  // A negative end would count from the other side.
  const endMask = end.reduce((mask, at, i) => (at < 0 ? mask | (1 << i) : mask), 0);
  const table = file.table({ [schema.StridedSliceOptions.endMask]: int32(endMask) });
  file.operator({
    name: "STRIDED_SLICE",
    version,
    inputs,
    outputs,
    options: [OptionsType.stridedSlice, table],
  });
}

function writeResize(op: OpOf<"resize">, file: OutputFile): void {
  const { mode, coordinates, rounding, ratio, size, outputs } = op;
  const isBilinear = mode === "bilinear";
  if (ratio || !(isBilinear || rounding === (coordinates === "asymmetric" ? "floor" : "halfUp"))) {
    throw new UnsupportedError(`resize: expected as TensorFlow has it, got ${coordinates} with ${rounding}`);
  }
  const id = isBilinear ? schema.ResizeBilinearOptions : schema.ResizeNearestOptions;
  const table = file.table({
    [id.alignCorners]: int8(coordinates === "alignCorners" ? 1 : 0),
    [id.halfPixelCenters]: int8(coordinates === "halfPixel" ? 1 : 0),
  });
  file.operator({
    name: isBilinear ? "RESIZE_BILINEAR" : "RESIZE_NEAREST_NEIGHBOR",
    version: 3,
    inputs: [op.inputs[0]!, file.vector("size", size)],
    outputs,
    options: [isBilinear ? OptionsType.resizeBilinear : OptionsType.resizeNearest, table],
  });
}

function writeTransposedConvolution(op: OpOf<"transposedconvolution">, file: OutputFile): void {
  const { inputs, outputs, stride, padding, activation } = op;
  const [weights, y] = [inputs[1]!, outputs[0]!].map((index) => file.tensor(index).shape);
  const same = samePadding([y![1]!, y![2]!], [weights![1]!, weights![2]!], stride);
  const isSame = padding.top === same.top && padding.left === same.left;
  if (!isSame && (padding.top || padding.left)) {
    throw new UnsupportedError("transposedconvolution: padding expected SAME or none");
  }
  const id = schema.TransposeConvOptions;
  const table = file.table({
    [id.padding]: int8(isSame ? 0 : 1),
    [id.strideW]: int32(stride[1]),
    [id.strideH]: int32(stride[0]),
    [id.activation]: clamp(activation),
  });
  file.operator({
    name: "TRANSPOSE_CONV",
    version: activation !== "none" ? 4 : inputs.length > 2 ? 3 : isQuantized(op, file) ? 2 : 1,
    inputs: [file.vector("shape", y!), inputs[1]!, inputs[0]!, ...inputs.slice(2)],
    outputs,
    options: [OptionsType.transposeConv, table],
  });
}

function writeDepthToSpace(op: OpOf<"depthtospace">, file: OutputFile): void {
  if (op.order !== "dcr" || op.crops) throw new UnsupportedError("depthtospace: order expected dcr without crops");
  const table = file.table({ [schema.BlockOptions.blockSize]: int32(op.blockSize) });
  const options = [OptionsType.depthToSpace, table] as const;
  file.operator({ ...placeOf(op), name: "DEPTH_TO_SPACE", version: 1, options });
}

function writeSpaceToDepth(op: OpOf<"spacetodepth">, file: OutputFile): void {
  const table = file.table({ [schema.BlockOptions.blockSize]: int32(op.blockSize) });
  const options = [OptionsType.spaceToDepth, table] as const;
  file.operator({ ...placeOf(op), name: "SPACE_TO_DEPTH", version: 1, options });
}

function writeBlocks(op: OpOf<"spacetobatch" | "batchtospace">, sides: Padding, file: OutputFile): void {
  const { block, outputs } = op;
  const { top, bottom, left, right } = sides;
  const isToBatch = op.type === "spacetobatch";
  const amounts = file.constant("paddings", [2, 2], [top, bottom, left, right]);
  file.operator({
    name: isToBatch ? "SPACE_TO_BATCH_ND" : "BATCH_TO_SPACE_ND",
    version: isQuantized(op, file) ? 2 : 1,
    inputs: [op.inputs[0]!, file.vector("block", block), amounts],
    outputs,
    options: [isToBatch ? OptionsType.spaceToBatch : OptionsType.batchToSpace, file.table({})],
  });
}

function writePadAny(op: OpOf<"padany">, file: OutputFile): void {
  const { before, after, mode, value, outputs } = op;
  const paddings = before.flatMap((amount, i) => [amount, after[i]!]);
  const inputs = [op.inputs[0]!, file.constant("paddings", [before.length, 2], paddings)];
  const version = isQuantized(op, file) ? 2 : 1;
  if (mode === "constant") {
    const { dtype, quantization } = file.tensor(op.inputs[0]!);
    const scale = quantization?.scale[0] ?? 1;
    const data = dtype === "float32" ? Float32Array.of(value) : dtype === "int8" ? new Int8Array(1) : new Uint8Array(1);
    if (dtype !== "float32") data[0] = Math.round(value / scale) + (quantization?.zeroPoint[0] ?? 0);
    inputs.push(file.add({ name: "value", shape: [1], dtype, quantization, data }));
    const options = [OptionsType.padV2, file.table({})] as const;
    return file.operator({ name: "PADV2", version, inputs, outputs, options });
  }
  const code = schema.MIRROR_MODES.findIndex((each) => each === mode);
  if (code < 0) throw new UnsupportedError(`padany: mode expected constant, reflect or symmetric, got ${mode}`);
  const table = file.table({ [schema.MirrorPadOptions.mode]: int8(code) });
  file.operator({ name: "MIRROR_PAD", version, inputs, outputs, options: [OptionsType.mirrorPad, table] });
}

/** The names of reductions. */
const REDUCTIONS = { mean: "MEAN", sum: "SUM", max: "REDUCE_MAX", min: "REDUCE_MIN" } as const;

function writeReduce(op: OpOf<"reduce">, file: OutputFile): void {
  const table = file.table({ [schema.ReducerOptions.keepDims]: int8(1) });
  file.operator({
    name: REDUCTIONS[op.function],
    version: isQuantized(op, file) ? 2 : 1,
    inputs: [op.inputs[0]!, file.vector("axes", op.axes)],
    outputs: op.outputs,
    options: [OptionsType.reducer, table],
  });
}

function writeL2Normalization(op: OpOf<"l2normalization">, file: OutputFile): void {
  if (op.epsilon !== schema.L2_EPSILON) {
    throw new UnsupportedError(`l2normalization: epsilon expected ${schema.L2_EPSILON}, got ${op.epsilon}`);
  }
  const options = [OptionsType.l2Norm, file.table({})] as const;
  file.operator({ ...placeOf(op), name: "L2_NORMALIZATION", version: isQuantized(op, file) ? 2 : 1, options });
}

function writeTile(op: OpOf<"tile">, file: OutputFile): void {
  const inputs = [op.inputs[0]!, file.vector("multiples", op.multiples)];
  const options = [OptionsType.tile, file.table({})] as const;
  file.operator({ name: "TILE", version: 1, inputs, outputs: op.outputs, options });
}

function writeGather(op: OpOf<"gather">, file: OutputFile): void {
  const inputs = [op.inputs[0]!, file.vector("indices", op.indices)];
  const table = file.table({ [schema.GatherOptions.axis]: int32(op.axis) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ name: "GATHER", version, inputs, outputs: op.outputs, options: [OptionsType.gather, table] });
}

function writeDetection(op: OpOf<"detection">, file: OutputFile): void {
  const [y, x, h, w] = op.scales;
  const customOptions = writeFlexMap({
    max_detections: op.maxDetections,
    max_classes_per_detection: op.maxClasses,
    detections_per_class: op.detectionsPerClass,
    use_regular_nms: op.regular,
    nms_score_threshold: op.scoreThreshold,
    nms_iou_threshold: op.iouThreshold,
    num_classes: op.classes,
    y_scale: y,
    x_scale: x,
    h_scale: h,
    w_scale: w,
  });
  file.operator({ ...placeOf(op), name: schema.DETECTION, version: 1, customOptions });
}

function writePad(input: number, output: number, { top, bottom, left, right }: Padding, file: OutputFile): void {
  const paddings = file.constant("paddings", [4, 2], [0, 0, top, bottom, left, right, 0, 0]);
  file.operator({ name: "PAD", version: 1, inputs: [input, paddings], outputs: [output] });
}

type Windowed = OpOf<"convolution" | "depthwise" | "averagepool" | "maxpool">;

/** SAME (0), VALID (1), or undefined where the schema cannot say an operator's padding. */
function paddingCode({ inputs, stride, padding }: Windowed, kernel: Size, file: OutputFile): number | undefined {
  if (isUnpadded(padding)) return 1;
  const [, height, width] = file.tensor(inputs[0]!).shape as [number, number, number];
  const same = samePadding([height, width], kernel, stride);
  const sides = ["top", "bottom", "left", "right"] as const;
  return sides.every((side) => same[side] === padding[side]) ? 0 : undefined;
}

/** Inputs and padding code of a convolution, after a PAD where the schema cannot say its padding. */
function padded(op: Windowed, kernel: Size, file: OutputFile): { inputs: readonly number[]; padding: number } {
  const code = paddingCode(op, kernel, file);
  if (code !== undefined) return { inputs: op.inputs, padding: code };
  const { top, bottom, left, right } = op.padding;
  const x = file.tensor(op.inputs[0]!);
  const [images, height, width, channels] = x.shape as [number, number, number, number];
  const shape = [images, height + top + bottom, width + left + right, channels];
  const between = file.add({ ...x, name: `${x.name}/padded`, shape, data: undefined });
  writePad(op.inputs[0]!, between, op.padding, file);
  return { inputs: [between, ...op.inputs.slice(1)], padding: 1 };
}

function isQuantized({ outputs }: Op, file: OutputFile): boolean {
  return file.tensor(outputs[0]!).dtype !== "float32";
}

function placeOf({ inputs, outputs }: Op) {
  return { inputs, outputs };
}
