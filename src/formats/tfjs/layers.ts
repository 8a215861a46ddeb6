/** Layers models of TensorFlow.js, which are Keras models: the topology as a graph. One function a layer class. */
import { describe, FormatError, quote, UnsupportedError } from "../../errors.js";
import { GraphBuilder } from "../../ir/builder.js";
import { locate, type Graph } from "../../ir/graph.js";
import type { Activation } from "../../ir/ops/module.js";
import { formatShape, type Tensor } from "../../ir/tensor.js";
import { NO_PADDING, samePadding, type Padding, type Size } from "../../ir/window.js";
import { asArray, asNumber, asObject, asString, asWhole, type JsonObject } from "../json.js";
import { permuted } from "../../ir/permute.js";
import { reshaped } from "./reshape.js";

/** Far above any network of this kind; the work of loading grows with it. */
const MAX_LAYERS = 10_000;

/** A layer as the file has it, on the way into a graph. */
interface Layer {
  readonly name: string;
  readonly config: JsonObject;
  /** The tensor that goes in. */
  readonly x: number;
  readonly net: GraphBuilder;
  /** The tensor of a name below the layer's: `kernel` is that of `conv1/kernel`. */
  readonly weight: (name: string) => Tensor;
}

/** Adds a layer to a graph and returns the tensor that comes out. */
type Reader = (layer: Layer) => number;

const READERS: Readonly<Record<string, Reader>> = {
  Activation: (layer) => activated(layer, layer.x, readActivation(layer.config)),
  BatchNormalization: readBatchNorm,
  Conv2D: readConvolution,
  Dense: readDense,
  DepthwiseConv2D: readDepthwise,
  Dropout: ({ x }) => x,
  Flatten: ({ name, x, net }) => reshaped(net, name, x, [1, -1]),
  GlobalAveragePooling2D: readGlobalAveragePool,
  ReLU: readRelu,
  Reshape: readReshape,
  Softmax: readSoftmax,
  ZeroPadding2D: readZeroPadding,
};

/**
 * The graph of a layers model for one image.
 *
 * @param topology `modelTopology` of the file.
 * @param weights the tensors by their names.
 */
export function readLayersModel(topology: JsonObject, weights: ReadonlyMap<string, Tensor>): Graph {
  const model = asObject(topology.model_config ?? topology, "model");
  const kind = asString(model.class_name, "model: class_name");
  const net = new GraphBuilder();
  if (kind === "Sequential") return net.graph([readSequential(model, net, weights)]);
  if (kind !== "Model" && kind !== "Functional") {
    throw new UnsupportedError(`model expected Sequential, Model or Functional, got ${describe(kind)}`);
  }
  return net.graph(readFunctional(asObject(model.config, "model: config"), net, weights));
}

/** Layers one after another. Returns the tensor that the last one makes. */
function readSequential(model: JsonObject, net: GraphBuilder, weights: ReadonlyMap<string, Tensor>): number {
  const list = Array.isArray(model.config) ? model.config : asObject(model.config, "model: config").layers;
  let x: number | undefined;
  const names = new Set<string>();
  for (const { kind, config, name } of layersOf(list)) {
    if (names.has(name)) throw new FormatError(`layer ${quote(name)} expected once`);
    names.add(name);
    // The first layer says what goes in, also where it is no layer of its own.
    x ??= readInput(config, kind === "InputLayer" ? name : "input", net);
    if (kind !== "InputLayer") x = readLayer(kind, { name, config, x, net, weight: weightsOf(name, weights) });
  }
  if (x === undefined) throw new FormatError("model expected layers, got none");
  return x;
}

/** Layers that name those before them. Returns the tensors of the output layers. */
function readFunctional(config: JsonObject, net: GraphBuilder, weights: ReadonlyMap<string, Tensor>): number[] {
  const made = new Map<string, number>();
  const tensorOf = (connection: unknown, reader: string) => {
    const [from, node, output] = asArray(connection, `${reader}: connection`);
    const name = asString(from, `${reader}: connection`);
    const tensor = made.get(name);
    if (tensor === undefined) {
      throw new FormatError(`${reader} reads ${quote(name)}, which no layer before it makes`);
    }
    if (node !== 0 || output !== 0) throw new UnsupportedError(`${reader} expected layers that are used once`);
    return tensor;
  };
  for (const { kind, config: settings, name, layer } of layersOf(config.layers)) {
    if (made.has(name)) throw new FormatError(`layer ${quote(name)} expected once`);
    if (kind === "InputLayer") {
      made.set(name, readInput(settings, name, net));
      continue;
    }
    const where = `layer ${quote(name)}`;
    const nodes = asArray(layer.inbound_nodes, `${where}: inbound_nodes`);
    const connections = connectionsOf(nodes[0] ?? [], `${where}: inbound_nodes[0]`);
    if (nodes.length !== 1 || connections.length !== 1) {
      throw new UnsupportedError(
        `${where} (${kind}) expected one input once, got ${connections.length}, ${nodes.length} times`,
      );
    }
    const x = tensorOf(connections[0], where);
    made.set(name, readLayer(kind, { name, config: settings, x, net, weight: weightsOf(name, weights) }));
  }
  const outputs = asArray(config.output_layers, "model: output_layers");
  const several = typeof outputs[0] === "string" ? [outputs] : outputs;
  return several.map((output) => tensorOf(output, "model: output_layers"));
}

/** [layer, node, output] of all that a node reads; since Keras 3 they stand in the arguments of its call. */
function connectionsOf(node: unknown, where: string): readonly unknown[] {
  if (Array.isArray(node)) return node;
  const { args } = asObject(node, where);
  return asArray(args, `${where}: args`).map((arg) => {
    const { config } = asObject(arg, `${where}: argument`);
    return asObject(config, `${where}: argument`).keras_history;
  });
}

function* layersOf(json: unknown) {
  const layers = asArray(json, "model: layers");
  if (layers.length > MAX_LAYERS)
    throw new UnsupportedError(`expected at most ${MAX_LAYERS} layers, got ${layers.length}`);
  for (const [index, value] of layers.entries()) {
    const layer = asObject(value, `layer ${index}`);
    const kind = asString(layer.class_name, `layer ${index}: class_name`);
    const config = asObject(layer.config, `layer ${index}: config`);
    yield { layer, kind, config, name: asString(config.name, `layer ${index}: name`) };
  }
}

function readLayer(kind: string, layer: Layer): number {
  return locate(`layer ${quote(layer.name)} (${kind})`, () => {
    const reader = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
    if (!reader) throw new UnsupportedError(`not supported; supported are ${Object.keys(READERS).join(", ")}`);
    return reader(layer);
  });
}

function weightsOf(layer: string, weights: ReadonlyMap<string, Tensor>): Layer["weight"] {
  return (name) => {
    const tensor = weights.get(`${layer}/${name}`);
    if (!tensor) throw new FormatError(`the weight ${quote(`${layer}/${name}`)} is missing`);
    return tensor;
  };
}

function readInput(config: JsonObject, name: string, net: GraphBuilder): number {
  const [, ...sizes] = asArray(config.batch_input_shape ?? config.batch_shape, `input ${quote(name)}: shape`);
  if (sizes.includes(null)) {
    throw new UnsupportedError(`input ${quote(name)} expected a fixed size, got ${describe(sizes)}`);
  }
  return net.input(name, [1, ...sizes.map((size) => asWhole(size, `input ${quote(name)}: size`, 1))]);
}

function readConvolution(layer: Layer): number {
  const { name, config, x, net } = layer;
  expect(config, "groups", 1);
  const weights = permuted(layer.weight("kernel"), [3, 0, 1, 2]); // [kh, kw, in, out]
  const [, height, width] = weights.shape as [number, number, number];
  const stride = readStride(config);
  const padding = readPadding(config, net.shape(x), [height, width], stride);
  const [activation, rest] = fused(readActivation(config));
  const inputs = [x, net.constant(`${name}/kernel`, weights.shape, weights.data), ...readBias(layer)];
  return activated(layer, net.add(name, { type: "convolution", stride, padding, activation }, ...inputs), rest);
}

function readDepthwise(layer: Layer): number {
  const { name, config, x, net } = layer;
  expect(config, "depth_multiplier", 1);
  const weights = permuted(layer.weight("depthwise_kernel"), [3, 0, 1, 2]); // [kh, kw, channels, 1]
  const [, height, width] = weights.shape as [number, number, number];
  const stride = readStride(config);
  const padding = readPadding(config, net.shape(x), [height, width], stride);
  const [activation, rest] = fused(readActivation(config));
  const inputs = [x, net.constant(`${name}/kernel`, weights.shape, weights.data), ...readBias(layer)];
  return activated(layer, net.add(name, { type: "depthwise", stride, padding, activation }, ...inputs), rest);
}

function readDense(layer: Layer): number {
  const { name, config, x, net } = layer;
  const weights = permuted(layer.weight("kernel"), [1, 0]); // [in, out]
  const [activation, rest] = fused(readActivation(config));
  const inputs = [x, net.constant(`${name}/kernel`, weights.shape, weights.data), ...readBias(layer)];
  return activated(layer, net.add(name, { type: "fullyconnected", activation }, ...inputs), rest);
}

function readBatchNorm(layer: Layer): number {
  const { name, config, x, net } = layer;
  const axis = Array.isArray(config.axis) && config.axis.length === 1 ? config.axis[0] : config.axis;
  if (axis !== undefined && axis !== -1 && axis !== net.shape(x).length - 1) {
    throw new UnsupportedError(`axis expected the last one, got ${describe(axis)}`);
  }
  const epsilon = asNumber(config.epsilon ?? 1e-3, "epsilon");
  const read = (what: string) => permuted(layer.weight(what), [0]);
  const [mean, variance] = [read("moving_mean"), read("moving_variance")];
  // As many as there are of what the file has: an input may claim any number of channels.
  const all = (value: number) => ({ shape: mean.shape, data: new Float32Array(mean.data.length).fill(value) });
  const gamma = config.scale === false ? all(1) : read("gamma");
  const beta = config.center === false ? all(0) : read("beta");
  const statistics = Object.entries({ gamma, beta, mean, variance }).map(([what, { shape, data }]) =>
    net.constant(`${name}/${what}`, shape, data),
  );
  return net.add(name, { type: "batchnorm", epsilon }, x, ...statistics);
}

function readRelu(layer: Layer): number {
  expect(layer.config, "negative_slope", 0);
  expect(layer.config, "threshold", 0);
  const most = layer.config.max_value ?? null;
  if (most !== null && most !== 6) throw new UnsupportedError(`max_value expected 6 or none, got ${describe(most)}`);
  return activated(layer, layer.x, most === null ? "relu" : "relu6");
}

function readSoftmax(layer: Layer): number {
  const axis = layer.config.axis ?? -1;
  if (axis !== -1 && axis !== layer.net.shape(layer.x).length - 1) {
    throw new UnsupportedError(`axis expected the last one, got ${describe(axis)}`);
  }
  return activated(layer, layer.x, "softmax");
}

function readGlobalAveragePool({ name, config, x, net }: Layer): number {
  expect(config, "data_format", "channels_last");
  return net.add(name, { type: "mean", keepDims: config.keepdims === true }, x);
}

function readReshape({ name, config, x, net }: Layer): number {
  const sizes = asArray(config.target_shape, "target_shape").map((size) => asWhole(size, "target_shape", -1));
  return reshaped(net, name, x, [1, ...sizes]);
}

function readZeroPadding({ name, config, x, net }: Layer): number {
  expect(config, "data_format", "channels_last");
  // One number for all sides, one for each dimension, or two for each.
  const { padding } = config;
  const [rows, columns] = Array.isArray(padding) ? padding : [padding, padding];
  const [top, bottom] = readSides(rows);
  const [left, right] = readSides(columns);
  return net.add(name, { type: "pad", padding: { top, bottom, left, right } }, x);
}

function readSides(json: unknown): [number, number] {
  const [before, after] = Array.isArray(json) ? json : [json, json];
  return [asWhole(before, "padding"), asWhole(after, "padding")];
}

function readBias({ name, config, net, weight }: Layer): number[] {
  if (config.use_bias === false) return [];
  const { shape, data } = permuted(weight("bias"), [0]);
  return [net.constant(`${name}/bias`, shape, data)];
}

function readStride(config: JsonObject): Size {
  expect(config, "data_format", "channels_last");
  const dilation = readSize(config, "dilation_rate");
  if (dilation[0] !== 1 || dilation[1] !== 1) {
    throw new UnsupportedError(`dilation_rate expected 1×1, got ${formatShape(dilation)}`);
  }
  return readSize(config, "strides");
}

/** A number for both dimensions, or one for each. Default: 1. */
function readSize(config: JsonObject, key: string): Size {
  const value = config[key] ?? 1;
  const [height, width] = Array.isArray(value) ? value : [value, value];
  return [asWhole(height, key, 1), asWhole(width, key, 1)];
}

function readPadding(config: JsonObject, x: readonly number[], kernel: Size, stride: Size): Padding {
  const padding = config.padding ?? "valid";
  if (padding === "valid") return NO_PADDING;
  if (padding === "same") return samePadding([x[1]!, x[2]!], kernel, stride);
  throw new UnsupportedError(`padding expected "same" or "valid", got ${describe(padding)}`);
}

type KerasActivation = Activation | "softmax";

function readActivation({ activation = "linear" }: JsonObject): KerasActivation {
  if (activation === "linear") return "none";
  if (activation === "relu" || activation === "relu6" || activation === "softmax") return activation;
  throw new UnsupportedError(`activation expected linear, relu, relu6 or softmax, got ${describe(activation)}`);
}

/** The part of an activation that a convolution does on its own, and the rest. */
function fused(activation: KerasActivation): [Activation, KerasActivation] {
  return activation === "softmax" ? ["none", activation] : [activation, "none"];
}

function activated({ name, net }: Layer, x: number, activation: KerasActivation): number {
  if (activation === "none") return x;
  if (activation === "softmax") return net.add(name, { type: "softmax", beta: 1 }, x);
  return net.add(name, { type: "activation", activation }, x);
}

/** Throws UnsupportedError for any value but Keras' default, which is what there are kernels for. */
function expect(config: JsonObject, key: string, wanted: unknown): void {
  const got = config[key] ?? wanted;
  if (got !== wanted) throw new UnsupportedError(`${key} expected ${String(wanted)}, got ${describe(got)}`);
}
