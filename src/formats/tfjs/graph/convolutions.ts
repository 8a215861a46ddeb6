/** Convolutions, products with a matrix, and batch norms, with the operators that a converter fuses into them. */
import { UnsupportedError } from "../../../errors.js";
import type { Activation } from "../../../ir/ops/module.js";
import { permuted } from "../../../ir/permute.js";
import { rare } from "../../../ir/rare.js";
import { formatShape } from "../../../ir/tensor.js";
import type { Size } from "../../../ir/window.js";
import { functionOf } from "./functions.js";
import { activation, constant, integers, vector, type Reader, type Source, type Value } from "./source.js";
import { expectChannelsLast, readPadding, readWindow } from "./window.js";

/** The weights are [kh, kw, in, out], or for depthwise convolutions [kh, kw, channels, multiplier]. */
function readConvolution(source: Source, type: "convolution" | "depthwise"): Value {
  const { attributes, net } = source;
  const x = activation(source, 0);
  const filter = constant(source, 1);
  const weights = permuted(filter, [3, 0, 1, 2]);
  if (type === "depthwise" && weights.shape[0] !== 1) {
    throw new UnsupportedError(`depth multiplier expected 1, got ${weights.shape[0]}`);
  }
  const [, height, width] = weights.shape as [number, number, number];
  const stride = readWindow(attributes, "strides");
  expectNoDilation(source);
  const padding = readPadding(attributes, net.shape(x), [height, width], stride);
  const bias = readBias(source);
  const inputs = [x, net.constant(filter.name, weights.shape, weights.data), ...bias];
  return fused(source, (name, clamp) => net.add(name, { type, stride, padding, activation: clamp }, ...inputs));
}

function expectNoDilation({ attributes }: Source): void {
  const sizes = attributes.integers("dilations");
  if (sizes.some((size) => size !== 1)) {
    throw new UnsupportedError(`dilations expected 1×1, got ${formatShape(sizes)}`);
  }
}

function readMatMul(source: Source): Value {
  const { attributes, net } = source;
  if (attributes.flag("transpose_a")) throw new UnsupportedError("transpose_a expected false, got true");
  const matrix = constant(source, 1);
  const weights = permuted(matrix, attributes.flag("transpose_b") ? [0, 1] : [1, 0]);
  const x = activation(source, 0);
  const inputs = [x, net.constant(matrix.name, weights.shape, weights.data), ...readBias(source)];
  return fused(source, (name, clamp) => net.add(name, { type: "fullyconnected", activation: clamp }, ...inputs));
}

/** The fused bias, if there is one. */
function readBias(source: Source): readonly number[] {
  const [first] = source.attributes.strings("fused_ops");
  return first === "BiasAdd" ? [vector(source, 2)] : [];
}

const CLAMPS: ReadonlyMap<string, Activation> = new Map([
  ["", "none"],
  ["Relu", "relu"],
  ["Relu6", "relu6"],
]);

/** The place of a fused PReLU's slopes among the inputs, after the bias. */
const SLOPES = 3;

/** An operator and those fused after it: none, a bias, or a bias and a function of each element. */
function fused(source: Source, make: (name: string, clamp: Activation) => number): Value {
  const names = source.attributes.strings("fused_ops");
  const [first = "BiasAdd", second = "", ...others] = names;
  const clamp = CLAMPS.get(second);
  const apply = clamp === undefined ? functionOf(second) : undefined;
  if (first !== "BiasAdd" || others.length || (clamp === undefined && !apply)) {
    throw new UnsupportedError(`fused_ops expected BiasAdd, then one function of each element or none, got ${names}`);
  }
  if (clamp !== undefined) return make(source.name, clamp);
  return apply!(source, make(`${source.name}/sum`, "none"), source.inputs[SLOPES]);
}

/** x is the gradient of a convolution's output: the transposed convolution, with the weights of the one it undoes. */
function readTransposed(source: Source): Value {
  const { name, attributes, net } = source;
  const [, height, width] = integers(source, 0) as [number, number, number];
  const filter = constant(source, 1);
  const x = activation(source, 2);
  const weights = permuted(filter, [2, 0, 1, 3]); // [kh, kw, out, in]
  const [, kh, kw] = weights.shape as [number, number, number];
  const stride = readWindow(attributes, "strides");
  expectNoDilation(source);
  const kernel: Size = [kh, kw];
  const padding = readPadding(attributes, [1, height, width], kernel, stride);
  const inputs = [x, net.constant(filter.name, weights.shape, weights.data)];
  return net.add(name, rare({ type: "transposedconvolution", stride, padding, activation: "none" }), ...inputs);
}

function readBatchNorm(source: Source): number {
  const { name, net, attributes } = source;
  expectChannelsLast(attributes);
  const epsilon = attributes.number("epsilon", 1e-4);
  const statistics = [1, 2, 3, 4].map((index) => vector(source, index));
  return net.add(name, { type: "batchnorm", epsilon }, activation(source, 0), ...statistics);
}

export const CONVOLUTIONS: Readonly<Record<string, Reader>> = {
  Conv2D: (source) => readConvolution(source, "convolution"),
  Conv2DBackpropInput: readTransposed,
  DepthwiseConv2dNative: (source) => readConvolution(source, "depthwise"),
  FusedBatchNorm: readBatchNorm,
  FusedBatchNormV2: readBatchNorm,
  FusedBatchNormV3: readBatchNorm,
  FusedDepthwiseConv2dNative: (source) => readConvolution(source, "depthwise"),
  MatMul: readMatMul,
  _FusedConv2D: (source) => readConvolution(source, "convolution"),
  _FusedMatMul: readMatMul,
};
