/**
 * QDQ models on 8 bits: quantised models in ONNX have every operator in float32, between a DequantizeLinear and a
 * QuantizeLinear. Here an operator moves to the other side of them, where there is a kernel for it.
 */
import { CopyBudget } from "../../ir/budget.js";
import { readersOf, solelyRead, type Graph } from "../../ir/graph.js";
import { halfToEven } from "../../ir/numbers.js";
import { moduleOf, type Op, type OpType } from "../../ir/ops/index.js";
import { absorb } from "../../ir/passes/absorb.js";
import { dequantized, type Quantization, type Tensor } from "../../ir/tensor.js";

/** Operators whose kernels take inputs and outputs of any quantisation. */
const RESCALING: ReadonlySet<OpType> = new Set([
  "add",
  "concatenation",
  "convolution",
  "depthwise",
  "fullyconnected",
  "logistic",
  "mean",
  "softmax",
] satisfies OpType[]);

/** Operators that move or compare elements. What they make of quantised numbers is what they make of real ones. */
const MOVING: ReadonlySet<OpType> = new Set(["maxpool", "reshape", "slice", "transpose"] satisfies OpType[]);

/** The graph with its operators on 8 bits as far as they stand between a DEQUANTIZE and a QUANTIZE. */
export function foldQuantization(graph: Graph): Graph {
  if (!graph.ops.some(({ type }) => type === "quantize")) return graph;
  return withoutUnread(onBytes(requantized(dequantizedLast(quantizedFirst(absorb(graph))))));
}

/** Moves each QUANTIZE in front of the operators that move elements, so that it follows the one that computes them. */
function quantizedFirst(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const ops = [...graph.ops];
  const inner = solelyRead(graph);
  const makers = new Map(ops.map((op, index) => [op.outputs[0]!, index]));
  for (let at = ops.length - 1; at >= 0; --at) {
    // From the last to the first, so that one may pass several.
    const quantize = ops[at]!;
    if (quantize.type !== "quantize") continue;
    const x = quantize.inputs[0]!;
    const before = makers.get(x);
    const mover = before === undefined ? undefined : ops[before]!;
    if (!mover || !MOVING.has(mover.type) || !inner.has(x) || !isPlain(mover)) continue;
    const { dtype, quantization, name } = tensors[quantize.outputs[0]!]!;
    const from = mover.inputs[0]!;
    const { shape } = tensors[from]!;
    const moved = tensors.push({ name: `${name}/quantized`, shape, dtype, quantization }) - 1;
    ops[before!] = { type: "quantize", inputs: [from], outputs: [moved] };
    ops[at] = { ...mover, inputs: [moved, ...mover.inputs.slice(1)], outputs: quantize.outputs };
    makers.set(moved, before!);
    makers.set(quantize.outputs[0]!, at);
  }
  return { ...graph, tensors, ops };
}

/** Moves each DEQUANTIZE behind the operators that move its elements. */
function dequantizedLast(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const makers = new Map(graph.ops.map((op) => [op.outputs[0]!, op]));
  const ops = graph.ops.flatMap((op): Op[] => {
    const before = MOVING.has(op.type) && isPlain(op) ? makers.get(op.inputs[0]!) : undefined;
    if (before?.type !== "dequantize" || tensors[before.inputs[0]!]!.data) return [op];
    const output = op.outputs[0]!;
    const { dtype, quantization } = tensors[before.inputs[0]!]!;
    const { name, shape } = tensors[output]!;
    const moved = tensors.push({ name: `${name}/quantized`, shape, dtype, quantization }) - 1;
    const after: Op = { type: "dequantize", inputs: [moved], outputs: [output] };
    makers.set(output, after);
    return [{ ...op, inputs: [before.inputs[0]!, ...op.inputs.slice(1)], outputs: [moved] }, after];
  });
  return { ...graph, tensors, ops };
}

function isPlain(op: Op): boolean {
  return !("activation" in op) || op.activation === "none";
}

/** A QUANTIZE of what a DEQUANTIZE made converts one quantisation to another, or is nothing. */
function requantized(graph: Graph): Graph {
  const { tensors } = graph;
  const makers = new Map(graph.ops.map((op) => [op.outputs[0]!, op]));
  const same = new Map<number, number>();
  const ops = graph.ops.flatMap((op): Op[] => {
    const inputs = op.inputs.map((input) => same.get(input) ?? input);
    const before = op.type === "quantize" ? makers.get(inputs[0]!) : undefined;
    if (before?.type !== "dequantize" || tensors[before.inputs[0]!]!.data) return [{ ...op, inputs }];
    const [output] = op.outputs as [number];
    const x = same.get(before.inputs[0]!) ?? before.inputs[0]!;
    if (!sameKind(tensors[x]!, tensors[output]!)) return [{ ...op, inputs: [x] }];
    same.set(output, x);
    // An output of the graph keeps its tensor.
    return graph.outputs.includes(output) ? [{ type: "reshape", shape: tensors[x]!.shape, inputs: [x], outputs: [output] }] : []; // prettier-ignore
  });
  return { ...graph, ops };
}

function sameKind(a: Tensor, b: Tensor): boolean {
  const [p, q] = [a.quantization!, b.quantization!];
  return a.dtype === b.dtype && p.scale[0] === q.scale[0] && p.zeroPoint[0] === q.zeroPoint[0];
}

/** Each operator whose inputs were dequantised and whose output is quantised works on the integers. */
function onBytes(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const copies = new CopyBudget(tensors);
  const makers = new Map(graph.ops.map((op) => [op.outputs[0]!, op]));
  const inner = solelyRead(graph);
  const readers = readersOf(graph);
  const gone = new Set<Op>();
  /** The integers that a float32 tensor was made of. */
  const integersOf = (tensor: number): number | undefined => {
    const maker = makers.get(tensor);
    return maker?.type === "dequantize" ? maker.inputs[0]! : undefined;
  };
  const ops = graph.ops.map((op): Op => {
    const output = op.outputs[0]!;
    const quantize = readers.get(output)?.[0];
    if (quantize?.type !== "quantize" || !inner.has(output) || op.outputs.length > 1) return op;
    const isPool = op.type === "averagepool";
    if (!RESCALING.has(op.type) && !isPool) return op;
    const { weights: trait } = moduleOf(op);
    const activations = op.inputs.filter((_, i) => i !== trait?.operand && i !== trait?.bias);
    const from = activations.map(integersOf);
    if (from.some((tensor) => tensor === undefined || (tensors[tensor]!.data && !trait))) return op;
    const y = tensors[quantize.outputs[0]!]!;
    const x = tensors[from[0]!]!;
    if (isPool && !sameKind(x, y)) return op;
    const constants: number[] = [];
    if (trait) {
      const weights = integersOf(op.inputs[trait.operand]!);
      if (weights === undefined || !isUsable(tensors[weights]!, trait.axis)) return op;
      constants.push(weights);
      const bias = op.inputs[trait.bias];
      if (bias !== undefined) {
        const scales = biasScales(x, tensors[weights]!);
        const source = integersOf(bias) ?? bias;
        if (!tensors[source]!.data) return op;
        copies.take(tensors[source]!.data!.length);
        constants.push(tensors.push(quantizedBias(tensors[source]!, scales)) - 1);
      }
    }
    gone.add(quantize);
    return { ...op, inputs: [...(from as number[]), ...constants], outputs: quantize.outputs };
  });
  return { ...graph, tensors, ops: ops.filter((op) => !gone.has(op)) };
}

/** Whether kernels take the weights: one zero point, and scales for the outputs. */
function isUsable({ quantization, dtype }: Tensor, axis: number): boolean {
  const { scale, zeroPoint, axis: along } = quantization!;
  if (dtype !== "int8" && dtype !== "uint8") return false;
  return (scale.length === 1 || along === axis) && Array.from(zeroPoint).every((zero) => zero === zeroPoint[0]);
}

function biasScales(x: Tensor, weights: Tensor): number[] {
  const inputScale = x.quantization!.scale[0]!;
  return Array.from(weights.quantization!.scale, (scale) => inputScale * scale);
}

/** The bias in units of the sums: as it is if it is stored so, else rounded. */
function quantizedBias(bias: Tensor, scales: readonly number[]): Tensor {
  const { quantization, dtype, data, name, shape } = bias;
  const inUnits: Quantization = { scale: scales, zeroPoint: scales.map(() => 0), axis: 0 };
  const isStored =
    dtype === "int32" &&
    scales.every((scale, c) => {
      const stored = quantization!.scale[quantization!.scale.length === 1 ? 0 : c]!;
      return (
        Math.abs(stored - scale) <= 1e-6 * scale &&
        !quantization!.zeroPoint[quantization!.zeroPoint.length === 1 ? 0 : c]
      );
    });
  if (isStored) return { name, shape, dtype, data, quantization: inUnits };
  const sums = dequantized(bias);
  const integers = Int32Array.from(sums, (value, c) => {
    const units = halfToEven(value / scales[scales.length === 1 ? 0 : c]!);
    return Math.min(Math.max(units, -(2 ** 31)), 2 ** 31 - 1);
  });
  return { name, shape, dtype: "int32", data: integers, quantization: inUnits };
}

/** The graph without operators that nothing reads. */
function withoutUnread(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const ops = graph.ops.toReversed().filter((op) => {
    if (!op.outputs.some((output) => needed.has(output))) return false;
    for (const input of op.inputs) needed.add(input);
    return true;
  });
  return { ...graph, ops: ops.toReversed() };
}
