/**
 * Convolutions that no kernel computes as they are, in terms of those that have kernels:
 *
 * - With a depth multiplier M, each input channel is repeated M times and then convolved alone. A single channel makes it
 *   a standard convolution.
 * - With groups, each group is sliced off, convolved, and put behind the others; groups of one channel are a depthwise
 *   convolution.
 * - A transposed convolution of stride s is a convolution whose s² · N' outputs are the s × s pixels that an input pixel
 *   becomes: DEPTH_TO_SPACE puts them in their places. Of the kernel, each of these pixels sees every s-th row and column.
 */
import { UnsupportedError } from "../../errors.js";
import { CopyBudget } from "../budget.js";
import type { Graph } from "../graph.js";
import { moduleOf, operandsOf, outputShape, type Op, type OpAttributes, type OpOf } from "../ops/index.js";
import { elementCount, type Quantization, type Shape, type Tensor, type TensorData } from "../tensor.js";
import { rare } from "../rare.js";

/**
 * The graph with these convolutions written in terms of others. 8-bit results stay the same, float32 sums may be added in
 * another order.
 *
 * @throws UnsupportedError for computed weights, too many groups, or a transposed convolution whose strides differ.
 */
export function decompose(graph: Graph): Graph {
  const editor = new Editor(graph);
  for (const op of graph.ops) {
    if (!moduleOf(op).decomposes?.(op, operandsOf(op, graph.tensors))) editor.keep(op);
    else if (op.type === "depthwise") multiplyDepth(op, editor);
    else if (op.type === "convolution") splitGroups(op, editor);
    else if (op.type === "transposedconvolution") asConvolution(op, editor);
  }
  return editor.graph;
}

rare({});

/** More would be a network of another kind. */
const MAX_GROUPS = 64;

/** A larger one would make s² · N' channels of a small file. */
const MAX_STRIDE = 16;

/** A graph in the making: the tensors of another one and new ones. */
class Editor {
  readonly #graph: Graph;
  readonly #tensors: Tensor[];
  readonly #ops: Op[] = [];
  readonly #copies: CopyBudget;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#tensors = [...graph.tensors];
    this.#copies = new CopyBudget(graph.tensors);
  }

  get graph(): Graph {
    return { ...this.#graph, tensors: this.#tensors, ops: this.#ops };
  }

  tensor(index: number): Tensor {
    return this.#tensors[index]!;
  }

  keep(op: Op): void {
    this.#ops.push(op);
  }

  /** Adds an operator with a new output, which has the type and quantisation of a tensor, and returns the output. */
  add(attributes: OpAttributes, inputs: readonly number[], like: Tensor): number {
    const output = this.#tensors.length;
    const op: Op = { ...attributes, inputs, outputs: [output] };
    const shape = outputShape(op, this.#tensors);
    this.#tensors.push({ ...like, name: `${like.name}/${attributes.type}`, shape, data: undefined });
    this.#ops.push(op);
    return output;
  }

  /**
   * Adds a constant whose elements are those of another at these indices, -1 being a zero, and returns it. `channels` are
   * the output channels of the other constant that the new one has along `axis`.
   */
  pick(from: number, shape: Shape, indices: Iterable<number>, channels: readonly number[], axis: number): number {
    const tensor = this.#tensors[from]!;
    const { data, quantization } = tensor;
    if (!data) throw new UnsupportedError("weights and bias expected constant");
    const count = elementCount(shape);
    this.#copies.take(count);
    const picked = new (data.constructor as new (length: number) => TensorData)(count);
    const zero = quantization?.zeroPoint[0] ?? 0;
    let i = 0;
    for (const index of indices) picked[i++] = index < 0 ? zero : data[index]!;
    const scales = quantization && pickScales(quantization, channels, axis);
    return this.#tensors.push({ ...tensor, shape, data: picked, quantization: scales }) - 1;
  }

  /** A bias with the elements of these channels; none if there is none. */
  pickBias(bias: number | undefined, channels: readonly number[]): number[] {
    return bias === undefined ? [] : [this.pick(bias, [channels.length], channels, channels, 0)];
  }
}

function pickScales({ scale, zeroPoint }: Quantization, channels: readonly number[], axis: number): Quantization {
  if (scale.length === 1) return { scale, zeroPoint, axis };
  return { scale: channels.map((c) => scale[c]!), zeroPoint: channels.map((c) => zeroPoint[c]!), axis };
}

function range(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function multiplyDepth(op: OpOf<"depthwise">, editor: Editor): void {
  const [x, weights, bias] = op.inputs as readonly [number, number, number?];
  const depth = editor.tensor(x).shape[3]!;
  const [, height, width, channels] = editor.tensor(weights).shape as [number, number, number, number];
  if (depth > 1) {
    const indices = range(channels).map((m) => Math.floor((m * depth) / channels));
    const repeated = editor.add({ type: "gather", axis: 3, indices }, [x], editor.tensor(x));
    return editor.keep({ ...op, inputs: [repeated, ...op.inputs.slice(1)] });
  }
  const all = range(channels);
  const taps = range(height * width);
  const indices = all.flatMap((m) => taps.map((tap) => tap * channels + m));
  const matrix = editor.pick(weights, [channels, height, width, 1], indices, all, 0);
  editor.keep({ ...op, type: "convolution", inputs: [x, matrix, ...editor.pickBias(bias, all)] });
}

function splitGroups(op: OpOf<"convolution">, editor: Editor): void {
  const [x, weights, bias] = op.inputs as readonly [number, number, number?];
  const { shape: map } = editor.tensor(x);
  const [channels, height, width, depth] = editor.tensor(weights).shape as [number, number, number, number];
  const groups = map[3]! / depth;
  if (op.padValue) throw new UnsupportedError("pad values expected with one group");
  if (depth === 1) {
    const all = range(channels);
    const indices = range(height * width).flatMap((tap) => all.map((m) => m * height * width + tap));
    const filters = editor.pick(weights, [1, height, width, channels], indices, all, 3);
    const inputs = [x, filters, ...editor.pickBias(bias, all)];
    const depthwise: OpOf<"depthwise"> = { ...op, type: "depthwise", inputs };
    return channels === map[3] ? editor.keep(depthwise) : multiplyDepth(depthwise, editor);
  }
  if (groups > MAX_GROUPS) throw new UnsupportedError(`expected at most ${MAX_GROUPS} groups, got ${groups}`);
  const each = channels / groups;
  const y = editor.tensor(op.outputs[0]!);
  const parts = range(groups).map((group) => {
    const begin = [0, 0, 0, group * depth];
    const slice: OpAttributes = { type: "slice", begin, size: [...map.slice(0, 3), depth], step: [1, 1, 1, 1] };
    const part = editor.add(slice, [x], editor.tensor(x));
    const own = range(each, group * each);
    const size = height * width * depth;
    const matrix = editor.pick(weights, [each, height, width, depth], range(each * size, group * each * size), own, 0);
    const { inputs: _, outputs: __, ...attributes } = op;
    return editor.add(attributes, [part, matrix, ...editor.pickBias(bias, own)], y);
  });
  editor.keep({ type: "concatenation", axis: 3, inputs: parts, outputs: op.outputs });
}

function asConvolution(op: OpOf<"transposedconvolution">, editor: Editor): void {
  const { stride, padding, activation } = op;
  const [x, weights, bias] = op.inputs as readonly [number, number, number?];
  const [size, across] = stride;
  if (size !== across) throw new UnsupportedError(`strides expected the same in both directions, got ${stride}`);
  if (size > MAX_STRIDE) throw new UnsupportedError(`strides expected at most ${MAX_STRIDE}, got ${size}`);
  const { shape: map } = editor.tensor(x);
  const [channels, height, width, depth] = editor.tensor(weights).shape as [number, number, number, number];
  const y = editor.tensor(op.outputs[0]!);
  const [down, right] = [Math.ceil(height / size), Math.ceil(width / size)];
  // Output row o of the uncropped image is pixel row o mod s of input row ⌊o / s⌋ and of the down - 1 rows above it.
  const rows = Math.ceil((padding.top + y.shape[1]!) / size);
  const columns = Math.ceil((padding.left + y.shape[2]!) / size);
  const pixels = range(size * size);
  const picked = pixels.flatMap(() => range(channels));
  function* indices() {
    for (const pixel of pixels) {
      for (let n = 0; n < channels; ++n) {
        for (let i = 0; i < down; ++i) {
          const row = Math.floor(pixel / size) + size * (down - 1 - i);
          for (let j = 0; j < right; ++j) {
            const column = (pixel % size) + size * (right - 1 - j);
            const isInside = row < height && column < width;
            for (let c = 0; c < depth; ++c) {
              yield isInside ? ((n * height + row) * width + column) * depth + c : -1;
            }
          }
        }
      }
    }
  }
  const matrix = editor.pick(weights, [picked.length, down, right, depth], indices(), picked, 0);
  const around = { top: down - 1, bottom: rows - map[1]!, left: right - 1, right: columns - map[2]! };
  // Rows of the input that nothing of the output needs.
  const spare = { bottom: Math.max(-around.bottom, 0), right: Math.max(-around.right, 0) };
  const wide = editor.add(
    {
      type: "convolution",
      stride: [1, 1],
      padding: { ...around, bottom: Math.max(around.bottom, 0), right: Math.max(around.right, 0) },
      activation,
    },
    [x, matrix, ...editor.pickBias(bias, picked)],
    y,
  );
  const crops = {
    top: padding.top,
    bottom: (rows + spare.bottom) * size - padding.top - y.shape[1]!,
    left: padding.left,
    right: (columns + spare.right) * size - padding.left - y.shape[2]!,
  };
  editor.keep({
    type: "depthtospace",
    blockSize: size,
    order: "dcr",
    ...(Object.values(crops).some(Boolean) && { crops }),
    inputs: [wide],
    outputs: op.outputs,
  });
}
