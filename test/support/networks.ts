/** Small networks of random weights in any element type, of the kinds that files bring. */
import { BINARY_TYPES, flavoursOf as binaryFlavours } from "./binary.js";
import { ELEMENTWISE_TYPES, flavoursOf as unaryFlavours } from "./elementwise.js";
import { buildGraph, type Graph } from "../../src/ir/graph.js";
import { outputShapes, type Op, type OpAttributes, type OpOf } from "../../src/ir/ops/index.js";
import type { Activation } from "../../src/ir/ops/module.js";
import { elementCount, type Quantization, type Tensor } from "../../src/ir/tensor.js";
import { dilated, NO_DILATION, NO_PADDING, samePadding, type Size } from "../../src/ir/window.js";
import { seededRandom } from "../../src/models/random.js";
import { outputQuantization, perChannel, randomBias, randomTensor, type Flavour } from "./graphs.js";

/** Layers one after another; each method gives the index of its output. */
class Layers {
  /** Of the tensors that follow. */
  flavour: Flavour;
  readonly random: () => number;
  readonly #tensors: Tensor[] = [];
  readonly #ops: Op[] = [];
  readonly #inputs: number[] = [];

  constructor(flavour: Flavour, seed: number) {
    this.flavour = flavour;
    this.random = seededRandom(seed);
  }

  input(shape: readonly number[]): number {
    const index = this.constant({ ...randomTensor("x", shape, this.flavour, this.random), data: undefined });
    this.#inputs.push(index);
    return index;
  }

  constant(tensor: Tensor): number {
    return this.#tensors.push(tensor) - 1;
  }

  shape(index: number): readonly number[] {
    return this.#tensors[index]!.shape;
  }

  quantization(index: number): Quantization | undefined {
    return this.#tensors[index]!.quantization;
  }

  /** An operator of any kind, whose 8-bit outputs have that quantisation, or one that fits. */
  apply(attributes: OpAttributes, inputs: readonly number[], quantization?: Quantization): number {
    const op: Op = { ...attributes, inputs, outputs: [this.#tensors.length] };
    const own = quantization ?? outputQuantization(op, this.#operands(inputs), this.flavour, this.random);
    const [shape] = outputShapes(op, this.#tensors) as [readonly number[]];
    this.#tensors.push({ name: `t${this.#tensors.length}`, shape, dtype: this.flavour, quantization: own });
    this.#ops.push(op);
    return op.outputs[0]!;
  }

  /** k×k with SAME padding. */
  convolution(x: number, channels: number, k: number, stride: number, activation: Activation, like?: number): number {
    const [, height, width, depth] = this.shape(x) as [number, number, number, number];
    const padding = k === 1 && stride === 1 ? NO_PADDING : samePadding([height, width], [k, k], [stride, stride]);
    const weights = this.#weights(x, [channels, k, k, depth], 0, k * k * depth);
    const quantization = like === undefined ? undefined : this.quantization(like);
    return this.apply(
      { type: "convolution", stride: [stride, stride], padding, activation },
      [x, ...weights],
      quantization,
    );
  }

  /** 3×3 with SAME padding. */
  depthwise(x: number, stride: number, activation: Activation, dilation: Size = NO_DILATION): number {
    const [, height, width, channels] = this.shape(x) as [number, number, number, number];
    const padding = samePadding([height, width], dilated([3, 3], dilation), [stride, stride]);
    const weights = this.#weights(x, [1, 3, 3, channels], 3, 9);
    return this.apply({ type: "depthwise", stride: [stride, stride], padding, dilation, activation }, [x, ...weights]);
  }

  /** The operator that ends a detector; its four outputs. */
  detection(attributes: Omit<OpOf<"detection">, "inputs" | "outputs">, inputs: readonly number[]): readonly number[] {
    const start = this.#tensors.length;
    const op: Op = { ...attributes, inputs, outputs: [start, start + 1, start + 2, start + 3] };
    for (const [i, shape] of outputShapes(op, this.#tensors).entries()) {
      this.#tensors.push({ name: `detection ${i}`, shape, dtype: "float32" });
    }
    this.#ops.push(op);
    return op.outputs;
  }

  graph(outputs: readonly number[]): Graph {
    return buildGraph({ tensors: this.#tensors, ops: this.#ops, inputs: this.#inputs, outputs });
  }

  /** The first input, and the second if it is weights: what the scale of an output follows from. */
  #operands(inputs: readonly number[]): Tensor[] {
    return inputs
      .slice(0, 2)
      .flatMap((index, i) => (i === 0 || this.#tensors[index]!.data ? [this.#tensors[index]!] : []));
  }

  /** Weights and bias, of a size that keeps that of the activations. */
  #weights(x: number, shape: readonly number[], axis: number, fanIn: number): number[] {
    const { flavour, random } = this;
    const bias = randomBias(shape[axis]!, flavour, random);
    const any = flavour === "int8" ? perChannel(shape, axis, random) : randomTensor("weights", shape, flavour, random);
    const { quantization, data } = any;
    if (!quantization) {
      const weights = { ...any, data: (data as Float32Array).map((value) => value * Math.sqrt(3 / fanIn)) };
      return [this.constant(weights), this.constant(bias)];
    }
    const scale = Array.from(quantization.scale, (each) => Math.fround(each / (6 * Math.sqrt(fanIn))));
    const zeroPoint = scale.map(() => (flavour === "int8" ? 0 : 125));
    const product = scale.map((each) => Math.fround(Math.fround(this.quantization(x)!.scale[0]!) * each));
    return [
      this.constant({ ...any, quantization: { ...quantization, scale, zeroPoint } }),
      this.constant({ ...bias, quantization: { scale: product, zeroPoint: scale.map(() => 0), axis: 0 } }),
    ];
  }
}

/** Inverted residuals (MobileNet V2, Sandler et al. 2018, figure 3): the outputs are all sums, and the classes. */
export function invertedResiduals(flavour: Flavour, seed: number): Graph {
  const net = new Layers(flavour, seed);
  let x = net.convolution(net.input([1, 33, 29, 3]), 16, 3, 2, "relu6");
  const sums: number[] = [];
  for (const [channels, stride] of [
    [16, 1],
    [24, 2],
    [24, 1],
    [24, 1],
    [36, 2],
    [36, 1],
  ] as const) {
    const expanded = net.convolution(x, 6 * net.shape(x)[3]!, 1, 1, "relu6");
    const projected = net.convolution(net.depthwise(expanded, stride, "relu6"), channels, 1, 1, "none");
    const residual = stride === 1 && net.shape(x)[3] === channels;
    if (residual) sums.push(net.apply({ type: "add", activation: "none" }, [x, projected]));
    x = residual ? sums.at(-1)! : projected;
  }
  const pooled = net.apply({ type: "mean", keepDims: true }, [x]);
  const logits = net.convolution(pooled, 11, 1, 1, "none");
  const flat = net.apply({ type: "reshape", shape: [1, 11] }, [logits]);
  // So that the classes differ, whatever the scale of the logits.
  const beta = Math.fround(0.05 / (net.quantization(flat)?.scale[0] ?? 0.05));
  return net.graph([...sums, net.apply({ type: "softmax", beta }, [flat])]);
}

const CLASSES = 4;

/**
 * A detector in the manner of SSD (Liu et al. 2016): boxes and scores for the cells of two feature maps. The outputs are
 * what detection finds, and what it is told: encodings and scores.
 */
export function singleShotDetector(flavour: Flavour, seed: number): Graph {
  const net = new Layers(flavour, seed);
  const separable = (x: number, channels: number, stride: number) =>
    net.convolution(net.depthwise(x, stride, "relu6"), channels, 1, 1, "relu6");
  const first = separable(net.convolution(net.input([1, 40, 56, 3]), 16, 3, 2, "relu6"), 32, 2);
  const second = separable(separable(first, 48, 2), 48, 1);
  const heads = [4, CLASSES + 1].map((size) => {
    const parts: number[] = [];
    for (const map of [first, second]) {
      // Converters give all inputs of a concatenation its own quantisation.
      const part = net.convolution(map, 3 * size, 1, 1, "none", parts[0]);
      const [, height, width] = net.shape(part) as [number, number, number];
      parts.push(net.apply({ type: "reshape", shape: [1, 3 * height * width, size] }, [part]));
    }
    return net.apply({ type: "concatenation", axis: 1 }, parts, net.quantization(parts[0]!));
  }) as [number, number];
  const scores = net.apply({ type: "logistic" }, [heads[1]]);
  const anchors = randomTensor(
    "anchors",
    [net.shape(scores)[1]!, 4],
    flavour === "float32" ? flavour : "uint8",
    net.random,
  );
  const values = anchors.data!;
  for (let i = 0; i < elementCount(anchors.shape); ++i) {
    const share = i % 4 < 2 ? net.random() : 0.1 + 0.4 * net.random();
    values[i] = flavour === "float32" ? share : Math.round(share * 255);
  }
  const quantization = { scale: [Math.fround(1 / 255)], zeroPoint: [0], axis: 0 };
  const constant = net.constant(flavour === "float32" ? anchors : { ...anchors, quantization });
  // So that encodings come to some units, whatever their scale.
  const unit = Math.fround(100 * (net.quantization(heads[0])?.scale[0] ?? 0.05));
  const found = net.detection(
    {
      type: "detection",
      maxDetections: 10,
      maxClasses: 1,
      detectionsPerClass: 5,
      regular: false,
      scoreThreshold: 0.25,
      iouThreshold: 0.5,
      classes: CLASSES,
      scales: [2 * unit, 2 * unit, unit, unit],
    },
    [heads[0], scores, constant],
  );
  return net.graph([...found, heads[0], scores]);
}

/** A branch of everyOperator(). It is given 13 channels, which leaves three lanes of the last block empty. */
type Branch = (net: Layers, x: number, image: number) => number;

/** The functions of one element and of two, the second with one channel, that exist in this element type. */
function functionsOf(flavour: Flavour): Record<string, Branch> {
  const unary = ELEMENTWISE_TYPES.filter((type) => unaryFlavours(type).includes(flavour)).map(
    (type): [string, Branch] => {
      // Roots are of numbers that are not negative.
      const isRoot = type === "sqrt" || type === "rsqrt";
      return [type, (net, x) => net.apply({ type }, [isRoot ? net.apply({ type: "square" }, [x]) : x])];
    },
  );
  const binary = BINARY_TYPES.filter((type) => binaryFlavours(type).includes(flavour)).map((type): [string, Branch] => [
    type,
    (net, x) =>
      net.apply({ type, activation: "none" }, [x, net.convolution(x, 1, 1, 1, "none", x)], net.quantization(x)),
  ]);
  return Object.fromEntries([...unary, ...binary]);
}

const BRANCHES: Readonly<Record<string, Branch>> = {
  "the image": (_, _x, image) => image,
  activation: (net, x) => net.apply({ type: "activation", activation: "relu6" }, [x]),
  add: (net, x) => net.apply({ type: "add", activation: "none" }, [x, net.convolution(x, 13, 1, 1, "none")]),
  "add, constant": (net, x) => {
    const constant = net.constant(randomTensor("addend", [13], net.flavour, net.random));
    return net.apply({ type: "add", activation: "none" }, [x, constant]);
  },
  averagepool: (net, x) => net.apply({ ...POOL, type: "averagepool" }, [x]),
  maxpool: (net, x) => net.apply({ ...POOL, type: "maxpool" }, [x]),
  mean: (net, x) => net.apply({ type: "mean", keepDims: true }, [x]),
  "concatenation of channels": (net, x) => {
    return net.apply({ type: "concatenation", axis: 3 }, [x, net.convolution(x, 6, 1, 1, "none")]);
  },
  "concatenation of rows": (net, x) => {
    const parts = [x, net.convolution(x, 13, 1, 1, "none", x)];
    return net.apply({ type: "concatenation", axis: 1 }, parts, net.quantization(x));
  },
  "1×1 convolution": (net, x) => net.convolution(x, 9, 1, 1, "relu6"),
  "3×3 convolution": (net, x) => net.convolution(x, 9, 3, 1, "relu"),
  depthwise: (net, x) => net.depthwise(x, 1, "relu6"),
  "depthwise, stride 2": (net, x) => net.depthwise(x, 2, "none"),
  "depthwise, stride 3": (net, x) => net.depthwise(x, 3, "relu"),
  leakyrelu: (net, x) => net.apply({ type: "leakyrelu", slope: 0.25 }, [x]),
  softmax: (net, x) => net.apply({ type: "softmax", beta: 1 }, [x]),
  pad: (net, x) => {
    return net.apply({ type: "pad", padding: { top: 1, bottom: 2, left: 2, right: 1 } }, [x]);
  },
  reshape: (net, x) => net.apply({ type: "reshape", shape: [1, 13, 6, 5] }, [x]),
  transpose: (net, x) => net.apply({ type: "transpose", permutation: [0, 1, 3, 2] }, [x]),
  slice: (net, x) => {
    return net.apply({ type: "slice", begin: [0, 0, 1, 2], size: [1, 6, 4, 10], step: [1, 1, 1, 1] }, [x]);
  },
  "depthwise, dilated": (net, x) => net.depthwise(x, 1, "relu", [2, 2]),
  "resize, bilinear": (net, x) => net.apply({ ...RESIZE, mode: "bilinear", rounding: "floor" }, [x]),
  "resize, nearest": (net, x) => net.apply({ ...RESIZE, mode: "nearest", rounding: "halfUp" }, [x]),
  "depth to space": (net, x) => {
    return net.apply({ type: "depthtospace", blockSize: 2, order: "dcr" }, [net.convolution(x, 12, 1, 1, "none")]);
  },
  "depth to space, depth last": (net, x) => {
    return net.apply({ type: "depthtospace", blockSize: 2, order: "crd" }, [net.convolution(x, 20, 1, 1, "none")]);
  },
  "padding of channels": (net, x) => {
    return net.apply({ type: "padany", before: [0, 0, 1, 2], after: [0, 2, 0, 3], mode: "constant", value: 0 }, [x]);
  },
  gather: (net, x) => net.apply({ type: "gather", axis: 3, indices: [3, 12, 0, 0, 7] }, [x]),
  tile: (net, x) => net.apply({ type: "tile", multiples: [1, 2, 1, 3] }, [x]),
  "sum of rows": (net, x) => net.apply({ type: "reduce", function: "sum", axes: [1] }, [x]),
  "mean of channels": (net, x) => net.apply({ type: "reduce", function: "mean", axes: [3] }, [x]),
  "greatest of an image": (net, x) => net.apply({ type: "reduce", function: "max", axes: [1, 2] }, [x]),
  "least of a row": (net, x) => net.apply({ type: "reduce", function: "min", axes: [2] }, [x]),
  "L2 normalization": (net, x) => {
    return net.flavour === "float32" ? net.apply({ type: "l2normalization", epsilon: 1e-6 }, [x]) : x;
  },
  "another element type": (net, x) => {
    const { flavour } = net;
    if (flavour === "float32") {
      net.flavour = "uint8";
      const quantization = { scale: [Math.fround(1 / 64)], zeroPoint: [100], axis: 0 };
      const product = net.convolution(net.apply({ type: "quantize" }, [x], quantization), 13, 1, 1, "none");
      net.flavour = "float32";
      return net.apply({ type: "dequantize" }, [product]);
    }
    const bytes = net.apply({ type: "quantize" }, [x]);
    net.flavour = "float32";
    const product = net.convolution(net.apply({ type: "dequantize" }, [bytes]), 13, 1, 1, "none");
    net.flavour = flavour;
    return net.apply({ type: "quantize" }, [product], net.quantization(x));
  },
};

const RESIZE = { type: "resize", size: [9, 7], coordinates: "halfPixel" } as const;

const POOL = { kernel: [2, 3], stride: [1, 2], padding: NO_PADDING, activation: "none" } as const;

/** Each operator between a convolution of the image and a pointwise convolution, which reads whole blocks: an output each. */
export function everyOperator(flavour: Flavour, seed: number): { graph: Graph; branches: readonly string[] } {
  const net = new Layers(flavour, seed);
  const image = net.input([1, 6, 5, 3]);
  const x = net.convolution(image, 13, 3, 1, "none");
  const all = { ...BRANCHES, ...functionsOf(flavour) };
  const outputs = Object.values(all).map((branch) => net.convolution(branch(net, x, image), 11, 1, 1, "none"));
  return { graph: net.graph(outputs), branches: Object.keys(all) };
}
