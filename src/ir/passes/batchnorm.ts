/**
 * Batch norms as something that the kernels have. With s = gamma / √(variance + epsilon) for each channel, one becomes
 * part of the layer before it,
 *
 *     weights' = weights · s        bias' = beta + (bias - mean) · s
 *
 * or, where there is no such layer, a depthwise convolution of 1×1 with the weights s and the bias beta - mean · s. All
 * of it is computed in float64 and rounded to float32 once.
 */
import { UnsupportedError } from "../../errors.js";
import { readersOf, type Graph } from "../graph.js";
import { NO_PADDING, type Op, type OpOf } from "../ops.js";
import { elementCount, formatShape, type Tensor } from "../tensor.js";

type BatchNorm = OpOf<"batchnorm">;
type Foldable = OpOf<"convolution"> | OpOf<"depthwise"> | OpOf<"fullyconnected">;

/**
 * The graph without the batch norms after a convolution, depthwise or fully connected layer that has constant float32
 * weights, no activation of its own and no other reader. The others stay.
 */
export function foldBatchNorms(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const readers = readersOf(graph);
  const folded = new Set<Op>();
  const ops = graph.ops.map((op) => {
    const output = op.outputs[0]!;
    const [norm, ...others] = readers.get(output) ?? [];
    if (norm?.type !== "batchnorm" || others.length || graph.outputs.includes(output)) return op;
    if (!isFoldable(op, graph.tensors) || !hasConstants(norm, graph.tensors)) return op;
    folded.add(norm);
    const { weights, bias } = scaled(op, norm, graph.tensors);
    const inputs = [op.inputs[0]!, tensors.push(weights) - 1, tensors.push(bias) - 1];
    return { ...op, inputs, outputs: norm.outputs };
  });
  return { ...graph, tensors, ops: ops.filter((op) => !folded.has(op)) };
}

/**
 * The graph with its batch norms as depthwise convolutions.
 *
 * @throws UnsupportedError for one that is not over images, or whose statistics are computed.
 */
export function batchNormsAsDepthwise(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const ops = graph.ops.map((op): Op => {
    if (op.type !== "batchnorm") return op;
    const { name, shape } = tensors[op.outputs[0]!]!;
    if (shape.length !== 4 || !hasConstants(op, graph.tensors)) {
      throw new UnsupportedError(
        `batchnorm ${JSON.stringify(name)} expected 4 dimensions and constant statistics, got ${formatShape(shape)}`,
      );
    }
    const { scale, shift } = scaleAndShift(op, graph.tensors);
    const weights = tensors.push(constant(`${name}/scale`, [1, 1, 1, scale.length], scale)) - 1;
    const bias = tensors.push(constant(`${name}/shift`, [shift.length], shift)) - 1;
    const inputs = [op.inputs[0]!, weights, bias];
    return { type: "depthwise", stride: [1, 1], padding: NO_PADDING, activation: "none", inputs, outputs: op.outputs };
  });
  return { ...graph, tensors, ops };
}

function isFoldable(op: Op, tensors: readonly Tensor[]): op is Foldable {
  const hasWeights = op.type === "convolution" || op.type === "depthwise" || op.type === "fullyconnected";
  return hasWeights && op.activation === "none" && hasConstants(op, tensors);
}

/** Whether all but the first input are float32 constants. */
function hasConstants(op: Op, tensors: readonly Tensor[]): boolean {
  return op.inputs.slice(1).every((index) => tensors[index]!.data instanceof Float32Array);
}

/** What a batch norm multiplies each channel by, and what it adds then. */
function scaleAndShift(op: BatchNorm, tensors: readonly Tensor[]): { scale: Float64Array; shift: Float64Array } {
  const [gamma, beta, mean, variance] = op.inputs.slice(1).map((index) => tensors[index]!.data!);
  const scale = Float64Array.from(gamma!, (value, c) => value / Math.sqrt(variance![c]! + op.epsilon));
  return { scale, shift: scale.map((factor, c) => beta![c]! - mean![c]! * factor) };
}

/** Weights and bias of a layer with the batch norm after it in them. */
function scaled(op: Foldable, norm: BatchNorm, tensors: readonly Tensor[]): { weights: Tensor; bias: Tensor } {
  const [weights, bias] = op.inputs.slice(1).map((index) => tensors[index]!);
  const { scale, shift } = scaleAndShift(norm, tensors);
  const data = new Float32Array(weights!.data!);
  // Depthwise weights have their channels last, the others first.
  const each = op.type === "depthwise" ? 1 : elementCount(weights!.shape.slice(1));
  for (let i = 0; i < data.length; ++i) data[i]! *= scale[Math.floor(i / each) % scale.length]!;
  const sums = bias ? shift.map((value, c) => value + bias.data![c]! * scale[c]!) : shift;
  const { name } = tensors[norm.outputs[0]!]!;
  return {
    weights: { ...weights!, name: `${name}/weights`, data },
    bias: constant(`${name}/bias`, [scale.length], sums),
  };
}

function constant(name: string, shape: readonly number[], numbers: ArrayLike<number>): Tensor {
  return { name, shape, dtype: "float32", data: Float32Array.from(numbers) };
}
