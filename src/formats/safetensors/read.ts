/**
 * Reader of MobileNet V1 from PyTorch. A safetensors file has weights but no layers: which network it is follows from the
 * names of its tensors, α and the number of classes from their shapes, and the rest from the library that trained it.
 */
import { FormatError, quote, UnsupportedError } from "../../errors.js";
import { GraphBuilder } from "../../ir/builder.js";
import { locate, type Graph } from "../../ir/graph.js";
import { samePadding, type Padding, type Size } from "../../ir/window.js";
import { permuted } from "../../ir/permute.js";
import { MOBILENET_BODY } from "../../models/mobilenetv1.js";
import { asFloat32, readTensors, type StoredTensor } from "./file.js";

/** Height and width that the networks are published for; the file does not say. */
const RESOLUTION = 224;

/** How a library names and builds the network. */
interface Library {
  readonly stem: Names;
  /** Names for the depthwise and the pointwise convolution of a pair. */
  readonly depthwise: (pair: number) => Names;
  readonly pointwise: (pair: number) => Names;
  readonly padding: (x: readonly number[], kernel: Size, stride: Size) => Padding;
  readonly epsilon: number;
}

/** A convolution without bias, and the batch norm after it. */
interface Names {
  readonly convolution: string;
  readonly norm: string;
}

/** timm's stage and block of a pair: a stride of 2 begins a stage. */
function timmBlock(pair: number): string {
  const strides = MOBILENET_BODY.slice(0, pair + 1).map(({ stride }) => stride);
  const start = Math.max(strides.lastIndexOf(2), 0);
  return `${strides.filter((stride) => stride === 2).length}.${pair - start}`;
}

/** `mobilenetv1_100` and its widths in timm, and what else names its modules like that. */
const TIMM: Library = {
  stem: { convolution: "conv_stem", norm: "bn1" },
  depthwise: (pair) => ({
    convolution: `blocks.${timmBlock(pair)}.conv_dw`,
    norm: `blocks.${timmBlock(pair)}.bn1`,
  }),
  pointwise: (pair) => ({
    convolution: `blocks.${timmBlock(pair)}.conv_pw`,
    norm: `blocks.${timmBlock(pair)}.bn2`,
  }),
  // PyTorch pads all sides alike, where TensorFlow's SAME gives an even size with stride 2 nothing before and 1 after.
  padding: (_, [height, width]) => {
    const [rows, columns] = [(height - 1) >> 1, (width - 1) >> 1];
    return { top: rows, bottom: rows, left: columns, right: columns };
  },
  epsilon: 1e-5,
};

/** `MobileNetV1ForImageClassification` of Transformers: TensorFlow's weights under other names. */
const TRANSFORMERS: Library = {
  stem: transformersNames("conv_stem"),
  depthwise: (pair) => transformersNames(`layer.${2 * pair}`),
  pointwise: (pair) => transformersNames(`layer.${2 * pair + 1}`),
  padding: ([, height, width], kernel, stride) => samePadding([height!, width!], kernel, stride),
  epsilon: 1e-3,
};

function transformersNames(layer: string): Names {
  return { convolution: `mobilenet_v1.${layer}.convolution`, norm: `mobilenet_v1.${layer}.normalization` };
}

/**
 * Reads a `.safetensors` file with a MobileNet V1 of timm or Transformers.
 *
 * @throws FormatError if the file is damaged, UnsupportedError if it has another network.
 */
export function readSafetensors(file: Uint8Array): Graph {
  const stored = readTensors(file);
  const library = stored.has("conv_stem.weight") ? TIMM : TRANSFORMERS;
  if (!stored.has(`${library.stem.convolution}.weight`)) {
    const some = [...stored.keys()].slice(0, 3).join(", ");
    throw new UnsupportedError(
      `expected a MobileNet V1 of timm or Transformers, got tensors named ${some || "nothing"}`,
    );
  }
  const weights = new Weights(stored);
  const net = new GraphBuilder();
  let x = net.input("input", [1, RESOLUTION, RESOLUTION, 3]);
  x = addConvolution(net, x, { library, names: library.stem, type: "convolution", step: 2 }, weights);
  for (const [pair, { stride }] of MOBILENET_BODY.entries()) {
    x = addConvolution(net, x, { library, names: library.depthwise(pair), type: "depthwise", step: stride }, weights);
    x = addConvolution(net, x, { library, names: library.pointwise(pair), type: "convolution", step: 1 }, weights);
  }
  x = net.add("pool", { type: "mean", keepDims: false }, x);
  x = addClassifier(net, x, weights);
  weights.expectAllRead();
  return net.graph([x]);
}

interface Convolution {
  readonly library: Library;
  readonly names: Names;
  readonly type: "convolution" | "depthwise";
  /** The stride along each side. */
  readonly step: number;
}

/** Adds a convolution, its batch norm and ReLU6. */
function addConvolution(
  net: GraphBuilder,
  x: number,
  { library: { padding, epsilon }, names: { convolution, norm }, type, step }: Convolution,
  weights: Weights,
): number {
  return locate(convolution, () => {
    // PyTorch has [outputs, inputs, h, w], and for depthwise [channels, 1, h, w].
    const kernel = weights.read(`${convolution}.weight`, type === "depthwise" ? [1, 2, 3, 0] : [0, 2, 3, 1]);
    const [, height, width] = kernel.shape as [number, number, number];
    const stride: Size = [step, step];
    const sides = padding(net.shape(x), [height, width], stride);
    const sums = net.add(
      convolution,
      { type, stride, padding: sides, activation: "none" },
      x,
      net.constant(`${convolution}.weight`, kernel.shape, kernel.data),
    );
    const statistics = ["weight", "bias", "running_mean", "running_var"].map((what) => {
      const { shape, data } = weights.read(`${norm}.${what}`, [0]);
      return net.constant(`${norm}.${what}`, shape, data);
    });
    const normed = net.add(norm, { type: "batchnorm", epsilon }, sums, ...statistics);
    return net.add(`${norm}.act`, { type: "activation", activation: "relu6" }, normed);
  });
}

/** The fully connected layer; what it gives are logits. */
function addClassifier(net: GraphBuilder, x: number, weights: Weights): number {
  return locate("classifier", () => {
    const [matrix, bias] = [weights.read("classifier.weight", [0, 1]), weights.read("classifier.bias", [0])];
    return net.add(
      "classifier",
      { type: "fullyconnected", activation: "none" },
      x,
      net.constant("classifier.weight", matrix.shape, matrix.data),
      net.constant("classifier.bias", bias.shape, bias.data),
    );
  });
}

/** The tensors of a file, of which all have to be part of the network. */
class Weights {
  readonly #stored: ReadonlyMap<string, StoredTensor>;
  readonly #unread: Set<string>;

  constructor(stored: ReadonlyMap<string, StoredTensor>) {
    this.#stored = stored;
    // How many batches were seen in training is nothing to a network that has been trained.
    this.#unread = new Set([...stored.keys()].filter((name) => !name.endsWith(".num_batches_tracked")));
  }

  /** A tensor as float32, its dimensions in another order. */
  read(name: string, order: readonly number[]) {
    const tensor = this.#stored.get(name);
    if (!tensor) throw new FormatError(`the tensor ${quote(name)} is missing`);
    this.#unread.delete(name);
    return permuted(asFloat32(tensor), order);
  }

  expectAllRead(): void {
    if (this.#unread.size) {
      throw new UnsupportedError(`MobileNet V1 has no tensors ${[...this.#unread].slice(0, 3).join(", ")}`);
    }
  }
}
