/** From a graph to groups of kernel calls: which operators run together, and where the layout changes. */
import { UnsupportedError } from "../errors.js";
import { costOf } from "../ir/cost.js";
import { locate, readersOf, type Graph } from "../ir/graph.js";
import type { Op } from "../ir/ops/index.js";
import { elementCount, featureMap, type Tensor } from "../ir/tensor.js";
import {
  call,
  packedOf,
  type Call,
  type Group,
  type MemoryLayout,
  type Operand,
  type Stored,
  type Target,
} from "./call.js";
import { blocksOf, elementTypeOf, viewOf } from "./layout.js";
import type { Lowerings } from "./lower/index.js";
import { Site } from "./lower/site.js";

export interface FuseOptions {
  /** Run a depthwise and the pointwise convolution after it as one group. The bytes are the same without. */
  readonly fuse: boolean;
  /** Tensors that must be there after a run, in channel blocks. */
  readonly keep: ReadonlySet<number>;
  readonly target: Target;
  readonly lowerings: Lowerings;
  /** Bytes that the constants may take. */
  readonly maxMemory: number;
}

/** An operator that TypeScript computes, from and to tensors in NHWC. */
export interface HostStep {
  /** Index of the operator in the graph. */
  readonly op: number;
  /** Its activations and outputs, as they lie in memory. */
  readonly stored: readonly Stored[];
}

export type Step = Group | HostStep;

export interface Fused {
  /** In the order in which they run. */
  readonly steps: readonly Step[];
  /** The tensor that holds the elements of another: a reshape that moves nothing needs no memory of its own. */
  readonly root: (tensor: number) => number;
}

export function isGroup(step: Step): step is Group {
  return "calls" in step;
}

/**
 * Lowers and fuses the operators of a graph.
 *
 * @throws UnsupportedError that names the operator where no kernel fits, or for too many calls; RangeError if constants exceed maxMemory:
 * operators that share weights may need them in several layouts, each with a copy of its own.
 */
export function fuseGraph(graph: Graph, options: FuseOptions): Fused {
  const fuser = new Fuser(graph, options);
  for (const index of graph.ops.keys()) fuser.add(index);
  return fuser.finish();
}

/** Far above any network of this kind; the work of planning grows with it. */
const MAX_CALLS = 10_000;

/** Calls that leave their result on the scratch tile, for the operator that reads it. */
interface Pending {
  readonly calls: readonly Call[];
  readonly work: number;
}

class Fuser {
  readonly #graph: Graph;
  readonly #options: FuseOptions;
  readonly #readers: ReadonlyMap<number, readonly Op[]>;
  /** Tensors that a caller or an option asks for: these never stay on the tile. */
  readonly #wanted: ReadonlySet<number>;
  readonly #roots = new Map<number, number>();
  readonly #available: Readonly<Record<MemoryLayout, Set<number>>>;
  readonly #pending = new Map<number, Pending>();
  readonly #steps: Step[] = [];
  #constantBytes = 0;
  #calls = 0;

  constructor(graph: Graph, options: FuseOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#readers = readersOf(graph);
    this.#wanted = new Set([...graph.outputs, ...options.keep]);
    this.#available = { nhwc: new Set(graph.inputs), nChw8c: new Set() };
  }

  add(index: number): void {
    const op = this.#graph.ops[index]!;
    locate(`operator ${index} (${op.type})`, () => this.#lower(index, op));
  }

  finish(): Fused {
    for (const tensor of this.#options.keep) this.#operand(tensor, "nChw8c");
    for (const tensor of this.#graph.outputs) this.#operand(tensor, "nhwc");
    return { steps: this.#steps, root: (tensor) => this.#root(tensor) };
  }

  #lower(index: number, op: Op): void {
    const { tensors } = this.#graph;
    const lowering = this.#options.lowerings(op);
    const [from, to] = [op.inputs[0]!, op.outputs[0]!];
    if (!lowering) return this.#runOnHost(index, op);
    if (lowering.isAlias?.(op, tensors)) {
      this.#roots.set(to, this.#root(from));
      return;
    }
    const lower = (inputs: readonly Operand[], output: Operand) => {
      const calls = lowering.lower(new Site({ op, tensors, inputs, output, target: this.#options.target }));
      this.#takeConstants(calls);
      return calls;
    };
    const before = this.#pending.get(from);
    if (before) {
      const calls = [...before.calls, ...lower(["tile"], this.#result(to, "nChw8c"))];
      this.#push(index, to, calls, this.#workOf(op), before.work);
    } else if (lowering.writesTile && this.#fusesWithReader(to)) {
      const calls = lower(this.#operands(op, "nChw8c"), "tile");
      this.#pending.set(to, { calls, work: this.#workOf(op) });
    } else {
      const made = this.#available.nhwc.has(this.#root(from)) ? lowering.fromNhwc?.(op, tensors) : undefined;
      const inputs = this.#operands(op, made ? "nhwc" : "nChw8c");
      this.#push(index, to, lower(inputs, this.#result(to, made ?? "nChw8c")), this.#workOf(op));
    }
  }

  #takeConstants(calls: readonly Call[]): void {
    const { maxMemory } = this.#options;
    for (const each of calls) for (const { bytes } of packedOf(each)) this.#constantBytes += bytes;
    if (this.#constantBytes > maxMemory) {
      const least = this.#constantBytes;
      throw new RangeError(`"maxMemory" must be at least ${least} bytes for this model, got ${maxMemory}`);
    }
  }

  /** Whether the one operator that reads a tensor can read it from the tile. */
  #fusesWithReader(tensor: number): boolean {
    if (!this.#options.fuse || this.#wanted.has(tensor)) return false;
    const [next, ...others] = this.#readers.get(tensor) ?? [];
    return (
      next !== undefined &&
      !others.length &&
      (this.#options.lowerings(next)?.readsTile?.(next, this.#graph.tensors) ?? false)
    );
  }

  #runOnHost(index: number, op: Op): void {
    const inputs = this.#operands(op, "nhwc") as Stored[];
    this.#steps.push({ op: index, stored: [...inputs, ...op.outputs.map((tensor) => this.#result(tensor, "nhwc"))] });
  }

  #push(op: number, tensor: number, calls: readonly Call[], work: number, tileWork = 0): void {
    this.#calls += calls.length;
    if (this.#calls > MAX_CALLS) throw new UnsupportedError(`the graph expected at most ${MAX_CALLS} kernel calls`);
    const { images, height, width } = featureMap(this.#graph.tensors[tensor]!.shape);
    const rows = images * height;
    this.#steps.push({ op, calls, rows, width, rowWork: (work + tileWork) / rows, tileWork: tileWork / rows });
  }

  #root(tensor: number): number {
    return this.#roots.get(tensor) ?? tensor;
  }

  /** The activations that an operator reads, in this layout; its constants are packed. */
  #operands(op: Op, layout: MemoryLayout): Operand[] {
    const { tensors } = this.#graph;
    const activations = op.inputs.filter((tensor, i) => i === 0 || !tensors[tensor]!.data);
    return activations.map((tensor) => this.#operand(tensor, layout));
  }

  /** A tensor in this layout, after a change of layout if it is not there yet. */
  #operand(tensor: number, layout: MemoryLayout): Stored {
    const root = this.#root(tensor);
    if (this.#graph.tensors[root]!.data) {
      throw new UnsupportedError(`input expected not constant, got tensor ${root}`);
    }
    const available = this.#available[layout];
    if (!available.has(root)) {
      this.#push(-1, root, [changeLayout(this.#graph.tensors[root]!, root, layout)], 0);
      available.add(root);
    }
    return { tensor: root, layout };
  }

  #result(tensor: number, layout: MemoryLayout): Stored {
    this.#available[layout].add(tensor);
    return { tensor, layout };
  }

  /** Multiply-accumulates; an operator without any still spends time on each element. */
  #workOf(op: Op): number {
    const { tensors } = this.#graph;
    return costOf(op, tensors).multAdds || elementCount(tensors[op.outputs[0]!]!.shape);
  }
}

/** From NHWC to channel blocks, or back. */
function changeLayout(tensor: Tensor, index: number, layout: MemoryLayout): Call {
  const isToBlocks = layout === "nChw8c";
  const input = viewOf(tensor, { tensor: index, layout: isToBlocks ? "nhwc" : "nChw8c" });
  const output = viewOf(tensor, { tensor: index, layout });
  const blocks = blocksOf(output.fields.channels);
  return call(`${elementTypeOf(tensor)}_${isToBlocks ? "toBlocks" : "fromBlocks"}`, { input, output }, { blocks });
}
