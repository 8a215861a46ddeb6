/**
 * Batch norms in terms of operators that have kernels. With s = gamma / √(variance + epsilon) for each channel, a batch
 * norm folds into the layer before it,
 *
 *     weights' = weights · s        bias' = beta + (bias - mean) · s
 *
 * or, where there is no such layer, becomes a 1×1 depthwise convolution with the weights s and the bias beta - mean · s.
 * Both are computed in float64 and rounded to float32 once.
 */
import { quote, UnsupportedError } from "../../errors.js";
import { CopyBudget } from "../budget.js";
import { readersOf, type Graph } from "../graph.js";
import { moduleOf, operandsOf, type Op } from "../ops/index.js";
import type { ChannelScale, WeightTrait } from "../ops/module.js";
import { elementCount, floatConstant, type Tensor } from "../tensor.js";
import { NO_PADDING } from "../window.js";

/**
 * The graph without the batch norms that follow a layer with constant float32 weights, no activation of its own and no
 * other reader. The others stay.
 */
export function foldBatchNorms(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const readers = readersOf(graph);
  const folded = new Set<Op>();
  const outputs = new Set(graph.outputs);
  const copies = new CopyBudget(tensors);
  const ops = graph.ops.map((op): Op => {
    const output = op.outputs[0]!;
    const [norm, ...others] = readers.get(output) ?? [];
    if (norm?.type !== "batchnorm" || others.length || outputs.has(output)) return op;
    const { weights: trait } = moduleOf(op);
    const scale = moduleOf(norm).channelScale?.(norm, operandsOf(norm, graph.tensors));
    if (!trait || !scale || ("activation" in op && op.activation !== "none")) return op;
    const constants = op.inputs.slice(1).map((index) => graph.tensors[index]!);
    if (!constants.every(({ data }) => data instanceof Float32Array)) return op;
    folded.add(norm);
    for (const { shape } of constants) copies.take(elementCount(shape));
    const { name } = graph.tensors[norm.outputs[0]!]!;
    const [weights, bias] = [trait.operand, trait.bias].map((position) => graph.tensors[op.inputs[position]!]);
    const inputs = [...op.inputs];
    inputs[trait.operand] = tensors.push(scaledWeights(name, weights!, trait, scale)) - 1;
    inputs[trait.bias] = tensors.push(scaledBias(name, bias, scale)) - 1;
    return { ...op, inputs, outputs: norm.outputs };
  });
  return { ...graph, tensors, ops: ops.filter((op) => !folded.has(op)) };
}

/**
 * The graph with its batch norms as depthwise convolutions, between reshapes to images where x has other dimensions.
 *
 * @throws UnsupportedError for a batch norm whose statistics are computed.
 */
export function batchNormsAsDepthwise(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const ops = graph.ops.flatMap((op): Op[] => {
    if (op.type !== "batchnorm") return [op];
    const [x, y] = [tensors[op.inputs[0]!]!, tensors[op.outputs[0]!]!];
    const norm = moduleOf(op).channelScale?.(op, operandsOf(op, graph.tensors));
    if (!norm) throw new UnsupportedError(`batchnorm ${quote(y.name)} expected constant statistics`);
    const { scale, shift } = norm;
    const weights = tensors.push(floatConstant(`${y.name}/scale`, [1, 1, 1, scale.length], scale)) - 1;
    const bias = tensors.push(floatConstant(`${y.name}/shift`, [shift.length], shift)) - 1;
    const depthwise = (input: number, output: number): Op => ({
      type: "depthwise",
      stride: [1, 1],
      padding: NO_PADDING,
      activation: "none",
      inputs: [input, weights, bias],
      outputs: [output],
    });
    const { shape } = x;
    if (shape.length === 4) return [depthwise(op.inputs[0]!, op.outputs[0]!)];
    const images = shape.toSpliced(Math.min(shape.length - 1, 1), 0, ...Array<number>(4 - shape.length).fill(1));
    const image = (suffix: string) => tensors.push({ ...x, name: `${y.name}/${suffix}`, shape: images }) - 1;
    const [before, after] = [image("before"), image("after")];
    return [
      { type: "reshape", shape: images, inputs: [op.inputs[0]!], outputs: [before] },
      depthwise(before, after),
      { type: "reshape", shape, inputs: [after], outputs: op.outputs },
    ];
  });
  return { ...graph, tensors, ops };
}

/** Weights with each output channel multiplied by its scale. */
function scaledWeights(name: string, weights: Tensor, { axis }: WeightTrait, { scale }: ChannelScale): Tensor {
  const data = new Float32Array(weights.data!);
  const each = elementCount(weights.shape.slice(axis + 1));
  for (let i = 0; i < data.length; ++i) data[i]! *= scale[Math.floor(i / each) % scale.length]!;
  return { ...weights, name: `${name}/weights`, data };
}

function scaledBias(name: string, bias: Tensor | undefined, { scale, shift }: ChannelScale): Tensor {
  const sums = bias ? shift.map((value, c) => value + bias.data![c]! * scale[c]!) : shift;
  return floatConstant(`${name}/bias`, [scale.length], sums);
}
