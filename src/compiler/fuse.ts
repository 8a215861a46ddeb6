/** From a graph to stages: which operators run together, and where the layout changes. */
import { UnsupportedError } from "../errors.js";
import { costOf } from "../ir/cost.js";
import { locate, readersOf, type Graph } from "../ir/graph.js";
import type { Op, OpOf } from "../ir/ops.js";
import { elementCount, featureMap, type Tensor } from "../ir/tensor.js";
import { blocksOf, byteEncoding, familyOf, geometry } from "./layout.js";
import { isPointwise } from "./lower/convolution.js";
import { lower } from "./lower/index.js";
import { isAlias } from "./lower/reshape.js";
import type { Call, Operand, Stage, Target } from "./group.js";

export interface LowerOptions {
  /** Run a depthwise and the pointwise convolution after it as one stage. The bytes are the same without. */
  readonly fuse: boolean;
  /** Tensors that must be there after a run. */
  readonly keep: ReadonlySet<number>;
  readonly target: Target;
}

export interface Lowered {
  readonly stages: readonly Stage[];
  /** Operators that run on the host after the last stage, from and to tensors in NHWC. */
  readonly host: readonly OpOf<"detection">[];
  /** The tensor that holds the elements of another: reshapes need none of their own. */
  readonly root: (tensor: number) => number;
}

/** Lowers the operators of a graph. Throws UnsupportedError, naming the operator, where no kernel fits. */
export function lowerGraph(graph: Graph, options: LowerOptions): Lowered {
  const { tensors } = graph;
  const { target } = options;
  const roots = new Map<number, number>();
  const root = (tensor: number) => roots.get(tensor) ?? tensor;
  const readers = readersOf(graph);
  const wanted = new Set([...graph.outputs, ...options.keep]);
  const available = new Set(graph.inputs.map((tensor) => `${tensor} nhwc`));
  const onPanel = new Map<number, { calls: readonly Call[]; work: number }>();
  const stages: Stage[] = [];
  const host: OpOf<"detection">[] = [];

  const push = (op: number, tensor: number, calls: readonly Call[], work: number, panelWork = 0) => {
    const { images, height } = featureMap(tensors[tensor]!.shape);
    const rows = images * height;
    stages.push({ op, calls, rows, rowWork: (work + panelWork) / rows, panelWork: panelWork / rows });
  };
  const operand = (tensor: number, form: "blocks" | "nhwc"): Operand => {
    const source = root(tensor);
    if (tensors[source]!.data) throw new UnsupportedError(`input expected not constant, got tensor ${source}`);
    if (!available.has(`${source} ${form}`)) {
      push(-1, source, [changeLayout(graph, source, form)], 0);
      available.add(`${source} ${form}`);
    }
    return { tensor: source, form };
  };
  const result = (tensor: number, form: "blocks" | "nhwc" = "blocks"): Operand => {
    available.add(`${tensor} ${form}`);
    return { tensor, form };
  };
  /** The activations that an operator reads; its constants are packed. */
  const operands = (op: Op, form: "blocks" | "nhwc") =>
    op.inputs.filter((tensor, i) => i === 0 || !tensors[tensor]!.data).map((tensor) => operand(tensor, form));
  /** An operator that multiplies nothing still takes its time with each element. */
  const work = (op: Op) => costOf(op, tensors).multAdds || elementCount(tensors[op.outputs[0]!]!.shape);

  for (const [index, op] of graph.ops.entries()) {
    const [from, to] = [op.inputs[0]!, op.outputs[0]!];
    locate(`operator ${index} (${op.type})`, () => {
      if (op.type === "reshape" && isAlias(op, tensors)) {
        roots.set(to, root(from));
        return;
      }
      if (op.type === "detection") {
        expectLast(op, tensors, readers);
        for (const tensor of op.inputs.slice(0, 2)) operand(tensor, "nhwc");
        for (const tensor of op.outputs) result(tensor, "nhwc");
        host.push(op);
        return;
      }
      const before = onPanel.get(from);
      if (before) {
        push(index, to, [...before.calls, ...lower(op, tensors, ["panel"], result(to), target)], work(op), before.work);
        return;
      }
      if (options.fuse && op.type === "depthwise" && !wanted.has(to)) {
        const [next, ...others] = readers.get(to) ?? [];
        if (next?.type === "convolution" && !others.length && isPointwise(next, tensors)) {
          onPanel.set(to, { calls: lower(op, tensors, operands(op, "blocks"), "panel", target), work: work(op) });
          return;
        }
      }
      const form = available.has(`${root(from)} nhwc`) && takesImages(op, tensors) ? "nhwc" : "blocks";
      const made = op.type === "convolution" ? "blocks" : form;
      push(index, to, lower(op, tensors, operands(op, form), result(to, made), target), work(op));
    });
  }
  for (const tensor of options.keep) operand(tensor, "blocks");
  for (const tensor of graph.outputs) operand(tensor, "nhwc");
  return { stages, host, root };
}

/** What runs on the host comes last, and makes float32. */
function expectLast(op: OpOf<"detection">, tensors: readonly Tensor[], readers: ReadonlyMap<number, unknown>): void {
  if (op.outputs.some((tensor) => readers.has(tensor))) {
    throw new UnsupportedError("outputs expected to be those of the model, but another operator reads them");
  }
  if (!tensors[op.inputs[2]!]!.data) throw new UnsupportedError("anchors expected constant");
  for (const tensor of op.outputs) {
    const { dtype } = tensors[tensor]!;
    if (dtype !== "float32") throw new UnsupportedError(`outputs expected float32, got ${dtype}`);
  }
}

/** Whether an operator has a kernel for an image in NHWC: what a network begins with. */
function takesImages(op: Op, tensors: readonly Tensor[]): boolean {
  if (op.type === "convolution") return !isPointwise(op, tensors);
  const changesType = familyOf(tensors[op.inputs[0]!]!) !== familyOf(tensors[op.outputs[0]!]!);
  return (op.type === "quantize" || op.type === "dequantize") && changesType;
}

/** From NHWC to channel blocks or back. */
function changeLayout(graph: Graph, tensor: number, form: "blocks" | "nhwc"): Call {
  const map = featureMap(graph.tensors[tensor]!.shape);
  const family = familyOf(graph.tensors[tensor]!);
  return {
    kernel: `${family}_${form === "blocks" ? "toBlocks" : "fromBlocks"}`,
    input: { tensor, form: form === "blocks" ? "nhwc" : "blocks" },
    output: { tensor, form },
    blocks: blocksOf(map.channels),
    record: {
      ...geometry(map, map, family),
      ...(family === "int8" && byteEncoding(graph.tensors[tensor]!)),
    },
  };
}
