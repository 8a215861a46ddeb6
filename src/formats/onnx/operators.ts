/** ONNX's convolutions, pools, matrix products and normalisations. */
import { FormatError, quote, UnsupportedError } from "../../errors.js";
import { elementCount, formatShape } from "../../ir/tensor.js";
import { isUnpadded, NO_PADDING, samePadding, type Padding, type Size } from "../../ir/window.js";
import type { Constant } from "./constants.js";
import { permutedConstant, realOf } from "./fold.js";
import { arranged, IMAGE, inOrder, shapeOf, type Activation, type Value } from "./layout.js";
import { scaled } from "./arithmetic.js";
import {
  activationAt,
  axesOf,
  axisOf,
  constantAt,
  integersIn,
  made,
  place,
  type Reader,
  type Source,
} from "./source.js";

export const OPERATORS: Readonly<Record<string, Reader>> = {
  AveragePool: readAveragePool,
  BatchNormalization: readBatchNorm,
  Conv: readConv,
  Gemm: readGemm,
  GlobalAveragePool: readGlobalAverage,
  GlobalMaxPool: readGlobalMax,
  MatMul: readMatMul,
  MaxPool: readMaxPool,
  ReduceMean: readReduceMean,
  Softmax: readSoftmax,
};

const GROUPS = IMAGE.map((dimension) => [dimension]);

/** An image in NHWC. */
function imageAt(source: Source, index = 0): { tensor: number; shape: readonly number[] } {
  const tensor = source.arranger.tensor(activationAt(source, index, 4), GROUPS);
  return { tensor, shape: source.net.shape(tensor) };
}

function readConv(source: Source): Value {
  const { attributes, net, name } = source;
  const filter = constantAt(source, 1);
  const image = imageAt(source);
  const group = attributes.int("group", 1);
  // [outputs, inputs / group, kh, kw]
  const [outputs, inputs, height, width] = filter.shape;
  if (filter.shape.length !== 4) {
    throw new UnsupportedError(`weights expected 4 dimensions, got ${formatShape(filter.shape)}`);
  }
  const channels = image.shape[3]!;
  if (inputs! * group !== channels || outputs! % group) {
    const expected = `of ${channels} input channels in ${group} groups`;
    throw new FormatError(`weights expected ${expected}, got ${formatShape(filter.shape)}`);
  }
  expectOnes(attributes.ints("dilations"), "dilations");
  const kernel: Size = [height!, width!];
  const stride = sizeIn(source, "strides", [1, 1]);
  const padding = paddingIn(source, image.shape, kernel, stride);
  const isDepthwise = group === channels && group > 1;
  if (group !== 1 && !isDepthwise) throw new UnsupportedError(`group expected 1 or ${channels}, got ${group}`);
  const weights = place(source, filter, isDepthwise ? [1, 2, 3, 0] : [0, 2, 3, 1]);
  const bias = source.inputs[2] ? [place(source, constantAt(source, 2), [0])] : [];
  const type = isDepthwise ? "depthwise" : "convolution";
  const tensor = net.add(name, { type, stride, padding, activation: "none" }, image.tensor, weights, ...bias);
  return made(source, tensor, IMAGE);
}

/** Two sizes, height and width. */
function sizeIn({ attributes }: Source, name: string, fallback: Size | undefined): Size {
  const sizes = attributes.ints(name) ?? fallback;
  if (sizes?.length !== 2 || !sizes.every((size) => Number.isInteger(size) && size >= 1 && size < 2 ** 31)) {
    throw new FormatError(`${name} expected two sizes from 1, got ${sizes ? sizes.join(", ") : "none"}`);
  }
  return sizes as unknown as Size;
}

function expectOnes(sizes: readonly number[] | undefined, what: string): void {
  if (sizes?.some((size) => size !== 1)) throw new UnsupportedError(`${what} expected 1, got ${sizes.join(", ")}`);
}

/** The padding of a window, as numbers or as the rule for them. */
function paddingIn({ attributes }: Source, x: readonly number[], kernel: Size, stride: Size): Padding {
  const rule = attributes.text("auto_pad", "NOTSET");
  if (rule === "VALID") return NO_PADDING;
  if (rule === "SAME_UPPER" || rule === "SAME_LOWER") {
    const { top, bottom, left, right } = samePadding([x[1]!, x[2]!], kernel, stride);
    return rule === "SAME_UPPER"
      ? { top, bottom, left, right }
      : { top: bottom, bottom: top, left: right, right: left };
  }
  if (rule !== "NOTSET") throw new FormatError(`auto_pad expected NOTSET, VALID or SAME, got ${quote(rule)}`);
  const pads = attributes.ints("pads") ?? [0, 0, 0, 0];
  if (pads.length !== 4 || !pads.every((pad) => Number.isInteger(pad) && pad >= 0 && pad < 2 ** 31)) {
    throw new UnsupportedError(`pads expected four numbers from 0, got ${pads.join(", ")}`);
  }
  const [top, left, bottom, right] = pads as readonly [number, number, number, number];
  return { top, bottom, left, right };
}

/** The padding of a pool, and what ceil_mode adds to it. */
function readPool(source: Source) {
  const { attributes } = source;
  const image = imageAt(source);
  if (source.outputs > 1) throw new UnsupportedError(`outputs expected 1, got ${source.outputs}`);
  expectOnes(attributes.ints("dilations"), "dilations");
  const kernel = sizeIn(source, "kernel_shape", undefined);
  const stride = sizeIn(source, "strides", [1, 1]);
  const padding = paddingIn(source, image.shape, kernel, stride);
  const extra = (size: number, before: number, after: number, side: 0 | 1) => {
    const rest = size + before + after - kernel[side];
    const last = Math.ceil(rest / stride[side]) * stride[side];
    // A window that would begin behind the image and the padding before it is none.
    return attributes.int("ceil_mode", 0) === 1 && last < size + before ? last - rest : 0;
  };
  const more: Padding = {
    top: 0,
    left: 0,
    bottom: extra(image.shape[1]!, padding.top, padding.bottom, 0),
    right: extra(image.shape[2]!, padding.left, padding.right, 1),
  };
  return { image, window: { kernel, stride, activation: "none" as const }, padding, more };
}

function readMaxPool(source: Source): Value {
  const { image, window, padding, more } = readPool(source);
  const whole = { ...padding, bottom: padding.bottom + more.bottom, right: padding.right + more.right };
  return made(source, source.net.add(source.name, { type: "maxpool", ...window, padding: whole }, image.tensor), IMAGE);
}

function readAveragePool(source: Source): Value {
  const { image, window, padding, more } = readPool(source);
  const { net, name, attributes } = source;
  const counts = attributes.int("count_include_pad", 0) === 1 && !isUnpadded(padding);
  const x = counts ? net.add(`${name}/pad`, { type: "pad", padding }, image.tensor) : image.tensor;
  const whole = counts ? more : { ...padding, bottom: padding.bottom + more.bottom, right: padding.right + more.right };
  return made(source, net.add(name, { type: "averagepool", ...window, padding: whole }, x), IMAGE);
}

function readGlobalAverage(source: Source): Value {
  return made(source, source.net.add(source.name, { type: "mean", keepDims: true }, imageAt(source).tensor), IMAGE);
}

function readGlobalMax(source: Source): Value {
  const { tensor, shape } = imageAt(source);
  const kernel: Size = [shape[1]!, shape[2]!];
  const attributes = { type: "maxpool", kernel, stride: [1, 1], padding: NO_PADDING, activation: "none" } as const;
  return made(source, source.net.add(source.name, attributes, tensor), IMAGE);
}

function readReduceMean(source: Source): Value {
  const { attributes, net, arranger, name } = source;
  const x = activationAt(source, 0);
  const rank = x.dims.length;
  const axes = axesOf(
    integersIn(source, "axes", 1) ?? (attributes.int("noop_with_empty_axes", 0) ? [] : inOrder(rank)),
    rank,
  );
  if (!axes.length) return x;
  if (rank !== 4 || axes.toSorted().join() !== "2,3") {
    throw new UnsupportedError(`axes expected 2 and 3 of 4 dimensions, got ${axes} of ${formatShape(shapeOf(x))}`);
  }
  const mean = made(source, net.add(name, { type: "mean", keepDims: true }, arranger.tensor(x, GROUPS)), IMAGE);
  return attributes.int("keepdims", 1) ? mean : { ...mean, dims: [mean.dims[0]!, mean.dims[1]!] };
}

function readBatchNorm(source: Source): Value {
  const { attributes } = source;
  if (attributes.int("training_mode", 0) !== 0) throw new UnsupportedError("training_mode expected 0");
  const x = activationAt(source, 0);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => realOf(constantAt(source, index)));
  const channels = shapeOf(x)[1] ?? 1;
  for (const each of [gamma, beta, mean, variance]) {
    if (each!.data.length !== channels) {
      throw new FormatError(`statistics expected ${channels} elements, got ${formatShape(each!.shape)}`);
    }
  }
  const epsilon = attributes.float("epsilon", 1e-5);
  if (!(epsilon >= 0)) throw new FormatError(`epsilon expected from 0, got ${epsilon}`);
  const rank = x.dims.length;
  if (rank < 2 || rank > 4) throw new UnsupportedError(`input expected 2 to 4 dimensions, got ${rank}`);
  const order = [0, ...inOrder(rank).slice(2), 1];
  const numbers = Array.from({ length: channels }, (_, c) => {
    const scale = gamma!.data[c]! / Math.sqrt(variance!.data[c]! + epsilon);
    return [scale, beta!.data[c]! - mean!.data[c]! * scale] as const;
  });
  return scaled(source, x, order, numbers);
}

function readSoftmax(source: Source): Value {
  const { attributes, net, arranger, name, version } = source;
  const x = activationAt(source, 0);
  const rank = x.dims.length;
  const axis = axisOf(attributes.int("axis", version < 13 ? 1 : -1), rank);
  // Old versions run over all dimensions from the axis on.
  const inner: readonly number[] = version < 13 ? inOrder(rank).slice(axis) : [axis];
  const sizes = shapeOf(x);
  // A softmax over several dimensions does not care for their order, so that the last factors in memory may stay.
  const outer = inOrder(rank).filter((dimension) => !inner.includes(dimension));
  const byMemory = (dimensions: readonly number[]) =>
    dimensions.toSorted((a, b) => (x.dims[a]![0] ?? -1) - (x.dims[b]![0] ?? -1));
  const order = [...byMemory(outer), ...byMemory(inner)];
  const groups = order[0] === 0 ? [[0], byMemory(outer).slice(1), byMemory(inner)] : [byMemory(outer), byMemory(inner)];
  const tensor = net.add(name, { type: "softmax", beta: 1 }, arranger.tensor(x, groups));
  return arranged(tensor, sizes, order);
}

function readGemm(source: Source): Value {
  const { attributes } = source;
  if (attributes.int("transA", 0)) throw new UnsupportedError("transA expected 0, got 1");
  const matrix = constantAt(source, 1);
  if (matrix.shape.length !== 2)
    throw new FormatError(`weights expected 2 dimensions, got ${formatShape(matrix.shape)}`);
  const [alpha, beta] = [attributes.float("alpha", 1), attributes.float("beta", 1)];
  const weights = timesNumber(permutedConstant(matrix, attributes.int("transB", 0) ? [0, 1] : [1, 0]), alpha);
  const bias = source.inputs[2] && timesNumber(constantAt(source, 2), beta);
  return product(source, activationAt(source, 0, 2), weights, bias);
}

function timesNumber(constant: Constant, factor: number): Constant {
  if (factor === 1) return constant;
  const real = realOf(constant);
  return { ...real, data: Float32Array.from(real.data, (value) => value * factor) };
}

/** Rows of a tensor times a constant matrix. */
function readMatMul(source: Source): Value {
  const matrix = constantAt(source, 1);
  if (matrix.shape.length !== 2) {
    throw new UnsupportedError(`weights expected 2 dimensions, got ${formatShape(matrix.shape)}`);
  }
  return product(source, activationAt(source, 0), permutedConstant(matrix, [1, 0]), undefined);
}

/**
 * x · weightsᵀ + bias over the last dimension. Where its elements lie in another order, as those of a flattened NHWC image,
 * the weights follow them.
 */
function product(source: Source, x: Activation, weights: Constant, bias: Constant | undefined): Value {
  const { arranger, net, name } = source;
  const [outputs, depth] = weights.shape as readonly [number, number];
  const sizes = shapeOf(x);
  const rank = sizes.length;
  if (sizes.at(-1) !== depth) throw new FormatError(`weights expected for ${sizes.at(-1)} inputs, got ${depth}`);
  const inner = x.dims.at(-1)!;
  const sorted = inner.toSorted((a, b) => a - b);
  const inMemory: Activation = { ...x, dims: [...x.dims.slice(0, -1), sorted] };
  const split = { ...weights, shape: [outputs, ...inner.map((factor) => x.factors[factor]!)], ...axisZero(weights) };
  const permuted = permutedConstant(split, [0, ...sorted.map((factor) => 1 + inner.indexOf(factor))]);
  const outer = inOrder(rank - 1);
  const rows = arranger.tensor(inMemory, [outer, [rank - 1]]);
  const operands = [rows, place(source, { ...permuted, shape: [outputs, depth] }, [0, 1])];
  if (bias) operands.push(place(source, biasOf(bias, outputs), [0]));
  const tensor = net.add(name, { type: "fullyconnected", activation: "none" }, ...operands);
  return arranged(tensor, [...sizes.slice(0, -1), outputs], inOrder(rank));
}

/** Quantised weights have a scale for each output, or one. */
function axisZero({ quantization, name }: Constant): Pick<Constant, "quantization"> {
  if (quantization && quantization.scale.length > 1 && quantization.axis !== 0) {
    throw new UnsupportedError(`${quote(name)} expected a scale for each output`);
  }
  return quantization ? { quantization: { ...quantization, axis: 0 } } : {};
}

/** [N] of a bias with one row, or with one number for all. */
function biasOf(bias: Constant, outputs: number): Constant {
  const count = elementCount(bias.shape);
  if (count === outputs) return { ...bias, shape: [outputs] };
  if (count !== 1) throw new UnsupportedError(`bias expected ${outputs} elements, got ${formatShape(bias.shape)}`);
  const real = realOf(bias);
  return { ...real, shape: [outputs], data: new Float32Array(outputs).fill(real.data[0]!) };
}
