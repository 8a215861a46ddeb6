/** Random convolutions of a whole engine: every kernel gives the reference's result, 8-bit ones to the byte. */
import { buildGraph } from "../../src/ir/graph.js";
import type { Op, OpAttributes } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { NO_PADDING, samePadding } from "../../src/ir/window.js";
import { seededRandom } from "../../src/models/random.js";
import { isHostStep } from "../../src/runtime/execute.js";
import { Program } from "../../src/runtime/program.js";
import type { Modules } from "../../src/runtime/kernels.js";
import { expectReference } from "../support/expect.js";

type DType = "float32" | "uint8" | "int8";

/** How the bytes of weights are drawn: any; extremes; extremes with which products of signed bytes are exact. */
type Weights = "any" | "extremes" | "alone";

interface Layer {
  readonly attributes: OpAttributes;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly outputs: number;
  readonly weights: Weights;
  /** Zero points, counted from the lowest value of the type. */
  readonly zeroPoint: number;
  readonly weightZeroPoint: number;
}

/** The work of a check. */
export interface Summary {
  readonly layers: number;
  /** How often each kernel was planned. */
  readonly kernels: Readonly<Record<string, number>>;
  readonly byteProducts: string;
}

/**
 * Runs so many pairs of a pointwise and a depthwise convolution, and layers with every `step`th zero point.
 *
 * @throws Error for an output that is not the reference's.
 */
export async function checkLayers(modules: Modules, pairs: number, step = 1): Promise<Summary> {
  const random = seededRandom(7);
  const seeds = Array.from({ length: pairs }, (_, i) => i + 1);
  const all = [
    seeds.flatMap((seed) => randomLayers(seed, random)),
    layersOfZeroPoints("uint8", step),
    layersOfZeroPoints("int8", step),
  ];
  const kernels: Record<string, number> = {};
  const byteProducts = new Set<string>();
  for (const layers of all) {
    const { target, plan } = await check(modules, layers, random);
    byteProducts.add(String(target.byteProducts));
    for (const planned of plan.steps) {
      for (const { kernel } of isHostStep(planned) ? [] : planned.calls) kernels[kernel] = (kernels[kernel] ?? 0) + 1;
    }
  }
  return { layers: all.flat().length, kernels, byteProducts: [...byteProducts].join() };
}

/** Runs layers side by side, as one graph: under an emulator, memories are what takes time. */
async function check(modules: Modules, layers: readonly Layer[], random: () => number): Promise<Program> {
  const made = layers.map((layer) => tensorsOf(layer, random));
  const at = (layer: number, tensor: number) => 4 * layer + tensor;
  const ops = layers.map(({ attributes }, i): Op => {
    return { ...attributes, inputs: [at(i, 0), at(i, 1), at(i, 2)], outputs: [at(i, 3)] };
  });
  const [inputs, outputs] = [layers.map((_, i) => at(i, 0)), layers.map((_, i) => at(i, 3))];
  const graph = buildGraph({ tensors: made.flatMap(({ tensors }) => tensors), ops, inputs, outputs });
  const program = await Program.create(graph, modules, { maxMemory: 2 ** 28 });
  for (const [i, { x }] of made.entries()) program.inputs[i]!.set(x);
  program.execute();
  for (const [i, op] of ops.entries()) expectReference(op, graph.tensors, made[i]!.x, program.outputs[i]!);
  return program;
}

/** Input, weights, bias and output of a layer, and the elements of its input. */
function tensorsOf(
  { attributes, dtype, shape, outputs, ...rest }: Layer,
  random: () => number,
): { tensors: Tensor[]; x: Float32Array | Uint8Array | Int8Array } {
  const channels = shape[3]!;
  const isDepthwise = attributes.type === "depthwise";
  const weightShape = isDepthwise ? [1, 3, 3, channels] : [outputs, 1, 1, channels];
  const whole = (limit: number) => Math.floor(random() * limit);
  const lowest = dtype === "int8" ? -128 : 0;
  const make = {
    float32: (values: number[]) => Float32Array.from(values),
    uint8: (values: number[]) => Uint8Array.from(values),
    int8: (values: number[]) => Int8Array.from(values),
  }[dtype];
  const fill = (length: number, byte: (index: number) => number) =>
    make(Array.from({ length }, (_, i) => (dtype === "float32" ? 2 * random() - 1 : lowest + byte(i))));
  const extreme = () => [0, 0, 255, 1][whole(4)]!;
  const weights = fill(elementCount(weightShape), (i) => {
    if (rest.weights === "any") return whole(256);
    const value = extreme();
    const k = i % channels;
    return rest.weights === "alone" && (k % 2 || k % 8 >= 4) && value === 0 ? 1 : value;
  });
  const x = fill(elementCount(shape), () => (random() < 0.5 ? extreme() : whole(256)));
  const bias =
    dtype === "float32"
      ? Float32Array.from({ length: outputs }, () => 2 * random() - 1)
      : Int32Array.from({ length: outputs }, () => whole(40000) - 20000);
  const padding = attributes.type === "depthwise" ? attributes.padding : NO_PADDING;
  const stride = attributes.type === "depthwise" ? attributes.stride[0] : 1;
  const side = (size: number, pads: number, kernel: number) => Math.floor((size + pads - kernel) / stride) + 1;
  const kernel = isDepthwise ? 3 : 1;
  const yShape = [
    shape[0]!,
    side(shape[1]!, padding.top + padding.bottom, kernel),
    side(shape[2]!, padding.left + padding.right, kernel),
    outputs,
  ];
  const quantized = (scale: readonly number[], zeroPoint: number, axis = 0): Pick<Tensor, "quantization"> =>
    dtype === "float32" ? {} : { quantization: { scale, zeroPoint: scale.map(() => zeroPoint), axis } };
  const isPerChannel = dtype === "int8";
  const weightScales = isPerChannel ? Array.from({ length: outputs }, () => 0.005 + 0.02 * random()) : [0.01];
  const terms = isDepthwise ? 9 : channels;
  const tensors: Tensor[] = [
    { name: "x", shape, dtype, ...quantized([0.02], lowest + rest.zeroPoint) },
    {
      name: "weights",
      shape: weightShape,
      dtype,
      data: weights,
      ...quantized(weightScales, isPerChannel ? 0 : lowest + rest.weightZeroPoint, isDepthwise ? 3 : 0),
    },
    { name: "bias", shape: [outputs], dtype: dtype === "float32" ? "float32" : "int32", data: bias },
    { name: "y", shape: yShape, dtype, ...quantized([0.02 * 0.01 * Math.sqrt(terms) * 90], lowest + whole(256)) },
  ];
  return { tensors, x };
}

const WEIGHTS = ["any", "extremes", "alone"] as const;
const DTYPES = ["float32", "uint8", "int8"] as const;
const POINTWISE = { type: "convolution", stride: [1, 1], padding: NO_PADDING, activation: "none" } as const;

/** Layers of random shapes: tiles of pixels and of blocks, full and not. */
function randomLayers(seed: number, random: () => number): Layer[] {
  const upTo = (limit: number) => 1 + Math.floor(random() * limit);
  const dtype = DTYPES[seed % 3]!;
  const weights = WEIGHTS[Math.floor(seed / 3) % 3]!;
  const common = { dtype, weights, zeroPoint: upTo(256) - 1, weightZeroPoint: upTo(256) - 1 };
  const activation = (["none", "relu", "relu6"] as const)[upTo(3) - 1]!;
  const stride = upTo(2);
  const size = [upTo(7) + 2, upTo(20) + 2] as const;
  const padding = upTo(3) === 1 ? NO_PADDING : samePadding(size, [3, 3], [stride, stride]);
  const channels = upTo(20);
  return [
    { ...common, attributes: { ...POINTWISE, activation }, shape: [1, upTo(6), upTo(9), upTo(70)], outputs: upTo(40) },
    {
      ...common,
      attributes: { type: "depthwise", stride: [stride, stride], padding, activation },
      shape: [1, ...size, channels],
      outputs: channels,
    },
  ];
}

/** Every `step`th zero point of the inputs, and of unsigned weights. */
function layersOfZeroPoints(dtype: "uint8" | "int8", step: number): Layer[] {
  return Array.from({ length: Math.ceil(256 / step) }, (_, i) => {
    const zeroPoint = i * step;
    const weightZeroPoint = (zeroPoint * 37) % 256;
    const weights = WEIGHTS[i % 3]!;
    return { zeroPoint, weightZeroPoint, weights, dtype, attributes: POINTWISE, shape: [1, 1, 5, 11], outputs: 9 };
  });
}
