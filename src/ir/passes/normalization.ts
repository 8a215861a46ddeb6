/**
 * Input normalisation. Many networks begin with x · s + t for each channel, in front of a convolution, which takes it in:
 *
 *     weights' = weights · s        bias' = bias + Σ weights · t
 *
 * The sum runs over the whole window, also where it lies in the padding. There, the convolution pads the normalised image
 * with zeros, which are -t / s in terms of x.
 */
import { CopyBudget } from "../budget.js";
import { solelyRead, type Graph } from "../graph.js";
import { moduleOf, operandsOf, type Op, type OpOf } from "../ops/index.js";
import type { ChannelScale } from "../ops/module.js";
import { elementCount, floatConstant, type Tensor } from "../tensor.js";
import { isUnpadded } from "../window.js";

export interface NormalizationOptions {
  /** Whether the convolutions of the compiler can pad with other numbers than 0. Default: true. */
  readonly padValues?: boolean | undefined;
}

/**
 * The graph without the normalisation between a float32 input and the convolution that alone reads it. It stays where
 * padding would need a number that the convolution cannot pad with.
 */
export function foldNormalization(graph: Graph, { padValues = true }: NormalizationOptions = {}): Graph {
  const tensors = [...graph.tensors];
  const makers = new Map(graph.ops.map((op) => [op.outputs[0]!, op]));
  const inner = solelyRead(graph);
  const folded = new Set<Op>();
  const copies = new CopyBudget(tensors);
  const ops = graph.ops.map((op): Op => {
    if (op.type !== "convolution" || op.padValue) return op;
    const constants = op.inputs.slice(1).map((index) => graph.tensors[index]!);
    const chain = chainBefore(op, graph, makers, inner);
    const isGrouped = constants[0]!.shape[3] !== graph.tensors[op.inputs[0]!]!.shape[3];
    if (!chain || isGrouped || !constants.every(({ data }) => data instanceof Float32Array)) return op;
    const { scale, shift } = chain.normalization;
    // In float32, as the kernel adds it up with the bias.
    const padValue = Array.from(shift, (value, c) => (value === 0 ? 0 : Math.fround(-value / scale[c]!)));
    const isZero = isUnpadded(op.padding) || padValue.every((value) => value === 0);
    if (!isZero && !(padValues && padValue.every(Number.isFinite))) return op;
    for (const each of chain.ops) folded.add(each);
    for (const { shape } of constants) copies.take(elementCount(shape));
    const { name } = graph.tensors[op.outputs[0]!]!;
    const { weights, bias } = normalized(name, constants[0]!, constants[1], chain.normalization);
    const inputs = [chain.input, tensors.push(weights) - 1, tensors.push(bias) - 1];
    return { ...op, ...(!isZero && { padValue }), inputs };
  });
  return { ...graph, tensors, ops: ops.filter((op) => !folded.has(op)) };
}

/** The most operators that a normalisation is made of. */
const MAX_CHAIN = 8;

/** Operators between an input of the graph and the convolution, and all of them as one scale and shift. */
interface Chain {
  readonly input: number;
  readonly ops: readonly Op[];
  readonly normalization: ChannelScale;
}

function chainBefore(
  op: OpOf<"convolution">,
  { tensors, inputs }: Graph,
  makers: ReadonlyMap<number, Op>,
  inner: ReadonlySet<number>,
): Chain | undefined {
  const ops: Op[] = [];
  let normalization: ChannelScale | undefined;
  let input = op.inputs[0]!;
  for (let maker = makers.get(input); maker && inner.has(input) && ops.length < MAX_CHAIN; maker = makers.get(input)) {
    const before = moduleOf(maker).channelScale?.(maker, operandsOf(maker, tensors));
    if (!before) break;
    normalization = normalization ? composed(before, normalization) : before;
    ops.push(maker);
    input = maker.inputs[0]!;
  }
  if (!normalization || !inputs.includes(input) || tensors[input]!.dtype !== "float32") return undefined;
  return { input, ops, normalization };
}

/** (x · s₁ + t₁) · s₂ + t₂ */
function composed(first: ChannelScale, second: ChannelScale): ChannelScale {
  return {
    scale: first.scale.map((factor, c) => factor * second.scale[c]!),
    shift: first.shift.map((value, c) => value * second.scale[c]! + second.shift[c]!),
  };
}

/** Weights [N,kh,kw,C] and bias [N] of a convolution that normalises its input itself. */
function normalized(
  name: string,
  weights: Tensor,
  bias: Tensor | undefined,
  { scale, shift }: ChannelScale,
): { weights: Tensor; bias: Tensor } {
  const channels = weights.shape[0]!;
  const depth = weights.shape[3]!;
  const each = weights.data!.length / channels;
  const data = new Float32Array(weights.data!);
  const sums = Float64Array.from({ length: channels }, (_, n) => bias?.data![n] ?? 0);
  for (let i = 0; i < data.length; ++i) {
    sums[Math.floor(i / each)]! += data[i]! * shift[i % depth]!;
    data[i]! *= scale[i % depth]!;
  }
  return {
    weights: { ...weights, name: `${name}/weights`, data },
    bias: floatConstant(`${name}/bias`, [channels], sums),
  };
}
