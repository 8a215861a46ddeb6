/** The network of support/keras.ts as TensorFlow graphs, as the TensorFlow.js converter writes them. */
import { SMALL_WEIGHTS } from "./keras.js";
import type { StoredWeight } from "./weights.js";

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

const text = (value: string) => ({ s: btoa(value) });
const texts = (...values: string[]) => ({ list: { s: values.map(btoa) } });
const sizes = (...values: number[]) => ({ list: { i: values.map(String) } });

export function node(name: string, op: string, input: readonly string[] = [], attr: GraphNode["attr"] = {}): GraphNode {
  return { name, op, input, attr };
}

const image = { shape: { shape: { dim: [-1, 9, 8, 3].map((size) => ({ size: String(size) })) } }, dtype: { type: "DT_FLOAT" } }; // prettier-ignore
const window = (padding: string, ...strides: number[]) => ({
  strides: sizes(...strides),
  padding: text(padding),
  data_format: text("NHWC"),
  dilations: sizes(1, 1, 1, 1),
});

const ones = (name: string, value: number): StoredWeight => ({ name, shape: [4], dtype: "float32", data: new Float32Array(4).fill(value) }); // prettier-ignore
const integers = (name: string, shape: readonly number[], ...values: number[]): StoredWeight => ({ name, shape, dtype: "int32", data: Int32Array.from(values) }); // prettier-ignore

/** Weights of both graphs. */
export const GRAPH_WEIGHTS: readonly StoredWeight[] = [
  ...SMALL_WEIGHTS,
  ones("ones", 1),
  ones("zeros", 0),
  integers("paddings", [4, 2], 0, 0, 0, 1, 0, 1, 0, 0),
  integers("axes", [2], 1, -2),
  integers("shape", [2], -1, 6),
];

const constants = GRAPH_WEIGHTS.map(({ name }) => node(name, "Const", [], { dtype: { type: "DT_FLOAT" } }));

/** As TensorFlow has the operators, one after another. */
export const PLAIN: readonly GraphNode[] = [
  ...constants,
  node("input_1", "Placeholder", [], image),
  node("pad", "Pad", ["input_1", "paddings"]),
  node("conv1/kernel/read", "Identity", ["conv1/kernel"]),
  node("conv1", "Conv2D", ["pad", "conv1/kernel/read"], window("VALID", 1, 2, 2, 1)),
  node("conv1_bn", "FusedBatchNormV3", ["conv1:0", "conv1_bn/gamma", "conv1_bn/beta", "conv1_bn/moving_mean", "conv1_bn/moving_variance"], { epsilon: { f: 0.01 }, is_training: { b: false } }), // prettier-ignore
  node("conv1_relu", "Relu6", ["conv1_bn", "^pad"]),
  node("conv_dw_1", "DepthwiseConv2dNative", ["conv1_relu", "conv_dw_1/depthwise_kernel"], window("SAME", 1, 2, 1, 1)),
  node("conv_dw_1/add", "BiasAdd", ["conv_dw_1", "conv_dw_1/bias"], { data_format: text("NHWC") }),
  node("conv_dw_1/relu", "Relu6", ["conv_dw_1/add"]),
  node("conv_dw_1_bn", "FusedBatchNorm", ["conv_dw_1/relu", "ones", "zeros", "conv_dw_1_bn/moving_mean", "conv_dw_1_bn/moving_variance"], { epsilon: { f: 0.001 } }), // prettier-ignore
  node("conv_pw_1", "Conv2D", ["conv_dw_1_bn", "conv_pw_1/kernel"], window("SAME", 1, 1, 1, 1)),
  node("conv_pw_1/add", "BiasAdd", ["conv_pw_1", "conv_pw_1/bias"]),
  node("conv_pw_1/relu", "Relu", ["conv_pw_1/add"]),
  node("pool", "AvgPool", ["conv_pw_1/relu"], { ...window("VALID", 1, 1, 1, 1), ksize: sizes(1, 2, 4, 1) }),
  node("squeeze", "Squeeze", ["pool"], { squeeze_dims: sizes(1, 2) }),
  node("predictions", "MatMul", ["squeeze", "predictions/kernel"], { transpose_a: { b: false }, transpose_b: { b: false } }), // prettier-ignore
  node("predictions/add", "BiasAdd", ["predictions", "predictions/bias"]),
  node("probabilities", "Softmax", ["predictions/add"]),
];

/** The same as the converter fuses it, out of order, and with a node that nothing needs. */
export const FUSED: readonly GraphNode[] = [
  node("Identity", "Identity", ["probabilities"]),
  node("probabilities", "Softmax", ["predictions"]),
  node("predictions", "_FusedMatMul", ["flat", "predictions/kernel", "predictions/bias"], { fused_ops: texts("BiasAdd"), num_args: { i: "1" } }), // prettier-ignore
  node("flat", "Reshape", ["pool", "shape"]),
  node("pool", "Mean", ["conv_pw_1", "axes"], { keep_dims: { b: true } }),
  node("conv_pw_1", "_FusedConv2D", ["conv_dw_1_bn", "conv_pw_1/kernel", "conv_pw_1/bias"], { ...window("SAME", 1, 1, 1, 1), fused_ops: texts("BiasAdd", "Relu") }), // prettier-ignore
  ...PLAIN.filter(({ name }) =>
    /^(conv_dw_1_bn|conv1|conv1_bn|conv1_relu|pad|input_1|conv1\/kernel\/read)$/.test(name),
  ),
  node("conv_dw_1/relu", "FusedDepthwiseConv2dNative", ["conv1_relu", "conv_dw_1/depthwise_kernel", "conv_dw_1/bias"], { ...window("SAME", 1, 2, 1, 1), fused_ops: texts("BiasAdd", "Relu6") }), // prettier-ignore
  node("unused", "LSTMBlockCell", ["input_1"]),
  ...constants,
];

/** `signature` of a model.json. */
export function signature(output: string): unknown {
  return { inputs: { input_1: { name: "input_1:0" } }, outputs: { probabilities: { name: `${output}:0` } } };
}
