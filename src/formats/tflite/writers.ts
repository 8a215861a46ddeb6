/** The graph's operators in terms of TensorFlow Lite's: one function an operator, by its type. */
import { UnsupportedError } from "../../errors.js";
import type { Op, OpOf, OpType } from "../../ir/ops/index.js";
import { isUnpadded, samePadding, type Padding, type Size } from "../../ir/window.js";
import { writeFlexMap } from "./flexbuffer.js";
import { clamp, float32, int32, int8, offset, type OutputFile } from "./output.js";
import { PLAIN } from "./plain.js";
import { RARE_PLAIN } from "./rareplain.js";
import * as schema from "./schema.js";

type Writer<T extends OpType> = (op: OpOf<T>, file: OutputFile) => void;

/** Operators with one input and no options, by their names. */
const PLAINS = { ...PLAIN, ...RARE_PLAIN };

const WRITERS: { readonly [T in Exclude<OpType, (typeof PLAINS)[keyof typeof PLAINS]["type"]>]: Writer<T> } = {
  add: writeAdd,
  averagepool: writePool,
  batchnorm: () => {
    throw new UnsupportedError("batchnorm: expected folded, or as a depthwise convolution");
  },
  concatenation: writeConcatenation,
  convolution: writeConvolution,
  depthwise: writeDepthwise,
  dequantize: (op, file) =>
    file.operator({
      ...placeOf(op),
      name: "DEQUANTIZE",
      version: file.tensor(op.inputs[0]!).dtype === "float16" ? 3 : 2,
    }),
  detection: writeDetection,
  fullyconnected: writeFullyConnected,
  leakyrelu: writeLeakyRelu,
  maxpool: writePool,
  mean: writeMean,
  pad: (op, file) => writePad(op.inputs[0]!, op.outputs[0]!, op.padding, file),
  quantize: (op, file) => file.operator({ ...placeOf(op), name: "QUANTIZE", version: 1 }),
  reshape: writeReshape,
  slice: writeSlice,
  softmax: writeSoftmax,
  transpose: writeTranspose,
};

/** Writes an operator of the graph as one of the file's, or as two where the file's has no padding of that kind. */
export function writeOperator(op: Op, file: OutputFile): void {
  const write = (WRITERS as { readonly [T in OpType]?: Writer<T> })[op.type] as Writer<OpType> | undefined;
  if (write) return write(op, file);
  const name = Object.entries(PLAINS).find(([, attributes]) =>
    Object.entries(attributes).every(([key, value]) => op[key as keyof Op] === value),
  )?.[0];
  if (name === undefined) throw new UnsupportedError(`${op.type}: the format has no operator with these attributes`);
  file.operator({ ...placeOf(op), name, version: isQuantized(op, file) ? 2 : 1 });
}

function writeConvolution(op: OpOf<"convolution">, file: OutputFile): void {
  if (op.padValue) throw new UnsupportedError("convolution: padding expected of zeros");
  const [, height, width] = file.tensor(op.inputs[1]!).shape as [number, number, number];
  const { inputs, padding } = padded(op, [height, width], file);
  const id = schema.Conv2DOptions;
  const table = file.table({
    [id.padding]: int8(padding),
    [id.strideW]: int32(op.stride[1]),
    [id.strideH]: int32(op.stride[0]),
    [id.activation]: clamp(op.activation),
  });
  const version = isQuantized(op, file) ? 3 : 1;
  file.operator({ name: "CONV_2D", version, inputs, outputs: op.outputs, options: [schema.OptionsType.conv2D, table] });
}

function writeDepthwise(op: OpOf<"depthwise">, file: OutputFile): void {
  const [x, weights] = op.inputs.map((index) => file.tensor(index).shape);
  const { inputs, padding } = padded(op, [weights![1]!, weights![2]!], file);
  const id = schema.DepthwiseOptions;
  const table = file.table({
    [id.padding]: int8(padding),
    [id.strideW]: int32(op.stride[1]),
    [id.strideH]: int32(op.stride[0]),
    [id.multiplier]: int32(weights![3]! / x![3]!),
    [id.activation]: clamp(op.activation),
  });
  file.operator({
    name: "DEPTHWISE_CONV_2D",
    version: isQuantized(op, file) ? 3 : 1,
    inputs,
    outputs: op.outputs,
    options: [schema.OptionsType.depthwise, table],
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
    options: [schema.OptionsType.pool2D, table],
  });
}

function writeFullyConnected(op: OpOf<"fullyconnected">, file: OutputFile): void {
  const table = file.table({ [schema.FullyConnectedOptions.activation]: clamp(op.activation) });
  const version = isQuantized(op, file) ? 4 : 1;
  file.operator({
    ...placeOf(op),
    name: "FULLY_CONNECTED",
    version,
    options: [schema.OptionsType.fullyConnected, table],
  });
}

function writeMean(op: OpOf<"mean">, file: OutputFile): void {
  const table = file.table({ [schema.ReducerOptions.keepDims]: int8(op.keepDims ? 1 : 0) });
  const inputs = [op.inputs[0]!, file.vector("axes", [1, 2])];
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ name: "MEAN", version, inputs, outputs: op.outputs, options: [schema.OptionsType.reducer, table] });
}

function writeSoftmax(op: OpOf<"softmax">, file: OutputFile): void {
  const table = file.table({ [schema.SoftmaxOptions.beta]: float32(op.beta) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ ...placeOf(op), name: "SOFTMAX", version, options: [schema.OptionsType.softmax, table] });
}

function writeLeakyRelu(op: OpOf<"leakyrelu">, file: OutputFile): void {
  const table = file.table({ [schema.LeakyReluOptions.alpha]: float32(op.slope) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ ...placeOf(op), name: "LEAKY_RELU", version, options: [schema.OptionsType.leakyRelu, table] });
}

function writeAdd(op: OpOf<"add">, file: OutputFile): void {
  const table = file.table({ [schema.AddOptions.activation]: clamp(op.activation) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ ...placeOf(op), name: "ADD", version, options: [schema.OptionsType.add, table] });
}

function writeConcatenation(op: OpOf<"concatenation">, file: OutputFile): void {
  const table = file.table({ [schema.ConcatenationOptions.axis]: int32(op.axis) });
  const version = isQuantized(op, file) ? 2 : 1;
  file.operator({ ...placeOf(op), name: "CONCATENATION", version, options: [schema.OptionsType.concatenation, table] });
}

function writeTranspose(op: OpOf<"transpose">, file: OutputFile): void {
  const inputs = [op.inputs[0]!, file.vector("permutation", op.permutation)];
  const version = isQuantized(op, file) ? 2 : 1;
  const options = [schema.OptionsType.transpose, file.table({})] as const;
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
    options: [schema.OptionsType.reshape, table],
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
      options: [schema.OptionsType.slice, file.table({})],
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
    options: [schema.OptionsType.stridedSlice, table],
  });
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
