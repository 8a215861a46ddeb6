/**
 * Addresses for everything, decided before any memory exists:
 *
 *     0      1024      …       …       …         …        …
 *     unused control | steps | zeros | weights | panels | arena
 *
 * The first kilobyte stays unused because the compiler folds address offsets only if small addresses are invalid.
 */
import type { Graph } from "../ir/graph.js";
import { align, placeAll, type Lifetime } from "./arena.js";
import { cutStage, type Cut } from "./tiling.js";
import { storedBytes } from "./layout.js";
import type { Lowered } from "./fuse.js";
import type { Call, Operand, Packed, Stage } from "./group.js";
import { STEP_BYTES, type StepRecord } from "./step.js";
import { CONTROL_BYTES } from "../runtime/team.js";

export interface PlannedCall extends Call {
  /** Address of the step. */
  readonly step: number;
  /** Where the packed weights begin; 0 if there are none. */
  readonly weightsAddress: number;
  /** The whole step. */
  readonly fields: StepRecord;
}

export interface PlannedStage extends Stage {
  readonly calls: readonly PlannedCall[];
  readonly cut: Cut;
}

/** Bytes of linear memory by purpose. */
export interface MemoryReport {
  /** Packed weights. */
  readonly weights: number;
  /** Activations, inputs and outputs; those that are not needed at the same time share bytes. */
  readonly arena: number;
  /** Records of steps, padding, and a panel for each thread. */
  readonly scratch: number;
  /** All of linear memory: the sum, in whole pages of 64 KiB. */
  readonly total: number;
}

export interface Plan {
  readonly stages: readonly PlannedStage[];
  /** Where the counters of the threads are. */
  readonly control: number;
  /** A panel for each thread. From the first on, memory is free while weights are packed. */
  readonly panels: readonly number[];
  readonly memory: MemoryReport;
  /** The address of a tensor, where it is in that form. */
  readonly address: (tensor: number, form: "blocks" | "nhwc") => number;
}

/** The first address that anything has. */
export const START = 1024;
/** Bytes of a page of WebAssembly memory. */
export const PAGE = 65536;

/** Addresses for the stages of a graph, and units for so many threads. */
export function planMemory(graph: Graph, lowered: Lowered, keep: ReadonlySet<number>, threads: number): Plan {
  const { stages, root } = lowered;
  const lives = lifetimes(graph, lowered, keep);
  const keys = [...lives.keys()];
  const arena = placeAll([...lives.values()]);
  const calls = stages.flatMap((stage) => stage.calls);
  const cuts = stages.map((stage) => cutStage(stage, threads));

  const steps = START + CONTROL_BYTES;
  const zeros = align(steps + calls.length * STEP_BYTES);
  const zeroBytes = Math.max(...calls.map(({ record }) => record.inWidth! * record.pixelBytes!), 0);
  const weightsStart = zeros + align(zeroBytes);
  let end = weightsStart;
  const weightsAddresses = new Map<Packed, number>();
  for (const { weights: packed } of calls) {
    if (!packed || weightsAddresses.has(packed)) continue;
    weightsAddresses.set(packed, end);
    end += align(packed.bytes);
  }
  const weights = end - weightsStart;
  const panelBytes = Math.max(
    ...stages.flatMap((stage, i) => stage.calls.map((call) => call.panelBytes?.(cuts[i]!.rows) ?? 0)),
    0,
  );
  const panelStride = align(panelBytes + SLACK);
  const panels = Array.from({ length: threads }, (_, thread) => end + thread * panelStride);
  const arenaStart = end + threads * panelStride;
  const packing = Math.max(...calls.map(({ weights: packed }) => packed?.scratch ?? 0), 0);
  const used = Math.max(arenaStart + arena.bytes, end + packing) + SLACK;
  const offsets = new Map(keys.map((key, i) => [key, arenaStart + arena.offsets[i]!]));
  const address = (tensor: number, form: "blocks" | "nhwc") => offsets.get(`${root(tensor)} ${form}`)!;
  const place = (operand: Operand) => (operand === "panel" ? 0 : address(operand.tensor, operand.form));

  let step = steps;
  const planned = stages.map((stage, i) => ({
    ...stage,
    cut: cuts[i]!,
    calls: stage.calls.map((call): PlannedCall => {
      const weightsAddress = call.weights ? weightsAddresses.get(call.weights)! : 0;
      const places = {
        input: place(call.input),
        other: call.other ? place(call.other) : 0,
        output: place(call.output),
        weights: weightsAddress + (call.weightsOffset ?? 0),
        zeros,
      };
      step += STEP_BYTES;
      return { ...call, step: step - STEP_BYTES, weightsAddress, fields: { ...call.record, ...places } };
    }),
  }));
  return {
    stages: planned,
    control: START,
    panels,
    address,
    memory: {
      weights,
      arena: arena.bytes,
      scratch: used - weights - arena.bytes,
      total: Math.ceil(used / PAGE) * PAGE,
    },
  };
}

/** Kernels read up to a few vectors beyond the last element, and write as much beyond the panel. */
const SLACK = 256;

/** From which stage to which each stored form of a tensor is needed; inputs come before the first. */
function lifetimes(graph: Graph, { stages, host, root }: Lowered, keep: ReadonlySet<number>): Map<string, Lifetime> {
  const lives = new Map<string, { bytes: number; first: number; last: number }>();
  const use = (tensor: number, form: "blocks" | "nhwc", stage: number) => {
    const key = `${tensor} ${form}`;
    const known = lives.get(key);
    if (known) {
      known.last = Math.max(known.last, stage);
      return;
    }
    lives.set(key, { bytes: storedBytes(graph.tensors[tensor]!, form), first: stage, last: stage });
  };
  for (const tensor of graph.inputs) use(tensor, "nhwc", -1);
  for (const [index, stage] of stages.entries()) {
    for (const { input, other, output } of stage.calls) {
      for (const operand of [input, other, output]) {
        if (operand && operand !== "panel") use(operand.tensor, operand.form, index);
      }
    }
  }
  for (const { inputs, outputs } of host) {
    for (const tensor of [...inputs.slice(0, 2), ...outputs]) use(root(tensor), "nhwc", stages.length);
  }
  for (const tensor of graph.outputs) use(root(tensor), "nhwc", stages.length);
  for (const tensor of keep) use(root(tensor), "blocks", stages.length);
  return lives;
}
