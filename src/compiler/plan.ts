/**
 * Addresses for everything, decided before any memory exists:
 *
 *     0      1024      …        …       …         …       …
 *     unused control | params | zeros | weights | tiles | arena
 *
 * The first kilobyte stays unused because the compiler folds address offsets only if small addresses are invalid.
 */
import type { KernelName } from "../../build/abi.js";
import type { Graph } from "../ir/graph.js";
import { CONTROL_BYTES } from "../runtime/pool/control.js";
import { align, placeAll, type Lifetime } from "./arena.js";
import {
  fieldsOf,
  packedOf,
  storedOf,
  viewsOf,
  type Call,
  type Group,
  type MemoryLayout,
  type Packed,
  type Products,
} from "./call.js";
import { isGroup, type Fused, type HostStep, type Step } from "./fuse.js";
import { storedBytes } from "./layout.js";
import { paramsBytes, ParamsWriter } from "./params.js";
import { tileGroups, type Tiling } from "./tiling.js";

/** A kernel call with its address. */
export interface PlannedCall {
  readonly kernel: KernelName;
  /** Address of the parameters. */
  readonly params: number;
  /** Channel blocks of the output. */
  readonly blocks: number;
  /** A program that finds out how the machine multiplies runs the call only for this answer. Default: for both. */
  readonly products?: readonly Products[] | undefined;
}

export interface PlannedGroup {
  readonly op: number;
  readonly calls: readonly PlannedCall[];
  readonly rows: number;
  readonly tiling: Tiling;
  /** Bytes of inputs, weights and outputs as they lie in linear memory: the group touches these at least once. */
  readonly bytes: number;
}

export type PlannedStep = PlannedGroup | HostStep;

/** Bytes of linear memory by purpose. */
export interface MemoryReport {
  /** Packed weights. */
  readonly weights: number;
  /** Activations, inputs and outputs; tensors that are not needed at the same time share bytes. */
  readonly arena: number;
  /** Parameters of kernels, padding, and a scratch tile for each thread. */
  readonly scratch: number;
  /** All of linear memory: the sum, in whole pages of 64 KiB. */
  readonly total: number;
}

export interface Plan {
  readonly steps: readonly PlannedStep[];
  /** Address of the counters of the threads. */
  readonly control: number;
  /** A scratch tile for each thread. From the first on, memory is free while weights are packed. */
  readonly tiles: readonly number[];
  /** Some calls are of kernels in the rare module. */
  readonly needsRare: boolean;
  /** The parameters of all calls, and their address. */
  readonly params: { readonly address: number; readonly bytes: Uint8Array };
  /** The constants with their addresses. */
  readonly constants: readonly { readonly packed: Packed; readonly address: number }[];
  readonly memory: MemoryReport;
  /** Returns the address of a tensor that lies in memory in this layout. */
  readonly address: (tensor: number, layout: MemoryLayout) => number;
}

/** The first address that is used. */
export const START = 1024;
/** Bytes of a page of WebAssembly memory. */
export const PAGE = 65536;
/** Kernels read up to a few vectors beyond the last element, and write as much beyond the tile. */
const SLACK = 256;

/** The part of the compiler's options that plans depend on. */
export interface PlanOptions {
  readonly maxMemory: number;
  readonly keep: ReadonlySet<number>;
  readonly threads: number;
}

/**
 * Plans memory for the steps of a graph, and tasks for this number of threads.
 *
 * @throws RangeError if it needs more than maxMemory, before any time goes into tilings where that is certain.
 */
export function planMemory(graph: Graph, fused: Fused, { maxMemory, keep, threads }: PlanOptions): Plan {
  const groups = fused.steps.filter(isGroup);
  const calls = groups.flatMap((group) => group.calls);
  const params = START + CONTROL_BYTES;
  const zeros = align(params + paramsBytes(calls));
  const weightsStart = zeros + align(zeroBytes(calls));
  const { constants, end } = placeConstants(calls, weightsStart);
  const arena = new Arena(graph, fused, keep);
  const least = end + arena.bytes;
  if (least > maxMemory) {
    throw new RangeError(`"maxMemory" must be at least ${least} bytes for this model, got ${maxMemory}`);
  }
  const found = tileGroups(groups, threads);
  const tilings = new Map(groups.map((group, index) => [group, found[index]!]));
  const tileStride = align(largest(groups, (group) => tileBytesOf(group, tilings.get(group)!)) + SLACK);
  const tiles = Array.from({ length: threads }, (_, thread) => end + thread * tileStride);
  const arenaStart = end + threads * tileStride;
  const packing = largest(constants, ({ packed }) => packed.scratch ?? 0);
  const used = Math.max(arenaStart + arena.bytes, end + packing) + SLACK;
  const total = Math.ceil(used / PAGE) * PAGE;
  if (total > maxMemory) {
    throw new RangeError(`"maxMemory" must be at least ${total} bytes for this model, got ${maxMemory}`);
  }
  const addressOf = (tensor: number, layout: MemoryLayout) => arenaStart + arena.offset(tensor, layout);

  const addresses = new Map(constants.map(({ packed, address }) => [packed, address]));
  const writer = new ParamsWriter(params, paramsBytes(calls), {
    stored: ({ tensor, layout }) => addressOf(tensor, layout),
    packed: (packed) => addresses.get(packed)!,
    zeros,
  });
  const plan = (step: Step): PlannedStep => {
    if (!isGroup(step)) return step;
    const planned = step.calls.map((each) => ({
      kernel: each.kernel,
      params: writer.write(each),
      blocks: each.blocks,
      products: each.products,
    }));
    return { op: step.op, calls: planned, rows: step.rows, tiling: tilings.get(step)!, bytes: bytesOf(step, graph) };
  };
  const weights = end - weightsStart;
  return {
    steps: fused.steps.map(plan),
    control: START,
    tiles,
    needsRare: calls.some(({ isRare }) => isRare),
    params: { address: params, bytes: writer.bytes },
    constants,
    address: (tensor, layout) => addressOf(fused.root(tensor), layout),
    memory: {
      weights,
      arena: arena.bytes,
      scratch: used - weights - arena.bytes,
      total,
    },
  };
}

/** The largest of some numbers; 0 if there is none. */
function largest<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, size(item)), 0);
}

function tileBytesOf({ calls }: Group, { rows }: Tiling): number {
  return largest(calls, ({ tileBytes }) => tileBytes?.(rows) ?? 0);
}

/** Bytes of the longest input row that padding stands for. */
function zeroBytes(calls: readonly Call[]): number {
  const padding = calls.filter((each) => fieldsOf(each).some(({ value }) => value === "zeros"));
  return largest(padding, (each) => largest(viewsOf(each), ({ fields }) => fields.width * fields.pixelBytes));
}

/** Addresses for all constants, in the order of the calls; calls may share one. */
function placeConstants(calls: readonly Call[], start: number) {
  let end = start;
  const constants = [...new Set(calls.flatMap(packedOf))].map((packed) => {
    const address = end;
    end += align(packed.bytes);
    return { packed, address };
  });
  return { constants, end };
}

function bytesOf({ calls }: Group, { tensors }: Graph): number {
  const stored = calls.flatMap(storedOf).map(({ tensor, layout }) => storedBytes(tensors[tensor]!, layout));
  const packed = calls.flatMap(packedOf).map(({ bytes }) => bytes);
  return [...stored, ...packed].reduce((a, b) => a + b, 0);
}

/** The activations, each from the step that makes it to the last one that reads it. */
class Arena {
  readonly bytes: number;
  readonly #offsets: Readonly<Record<MemoryLayout, Map<number, number>>> = { nChw8c: new Map(), nhwc: new Map() };

  constructor(graph: Graph, { steps, root }: Fused, keep: ReadonlySet<number>) {
    const lives: Record<MemoryLayout, Map<number, Life>> = { nChw8c: new Map(), nhwc: new Map() };
    const use = (tensor: number, layout: MemoryLayout, step: number) => {
      const known = lives[layout].get(tensor);
      if (known) known.last = Math.max(known.last, step);
      else lives[layout].set(tensor, { tensor, layout, first: step, last: step });
    };
    // Inputs come before the first step.
    for (const tensor of graph.inputs) use(tensor, "nhwc", -1);
    for (const [index, step] of steps.entries()) {
      const stored = isGroup(step) ? step.calls.flatMap(storedOf) : step.stored;
      for (const { tensor, layout } of stored) use(tensor, layout, index);
    }
    for (const tensor of graph.outputs) use(root(tensor), "nhwc", steps.length);
    for (const tensor of keep) use(root(tensor), "nChw8c", steps.length);
    const all = [...lives.nhwc.values(), ...lives.nChw8c.values()].toSorted((a, b) => a.first - b.first);
    const placed = placeAll(
      all.map(({ tensor, layout, first, last }): Lifetime => ({
        bytes: storedBytes(graph.tensors[tensor]!, layout),
        first,
        last,
      })),
    );
    this.bytes = placed.bytes;
    for (const [i, { tensor, layout }] of all.entries()) this.#offsets[layout].set(tensor, placed.offsets[i]!);
  }

  /** The bytes from the start of the arena to a tensor. */
  offset(tensor: number, layout: MemoryLayout): number {
    return this.#offsets[layout].get(tensor)!;
  }
}

/** The steps that need a tensor in one of its layouts. */
interface Life {
  readonly tensor: number;
  readonly layout: MemoryLayout;
  first: number;
  last: number;
}
