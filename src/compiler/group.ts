/**
 * What a graph is lowered to, before it has addresses: stages, each a few kernel calls that run together over the
 * rows of an output.
 */
import type { KernelExports, KernelName } from "../runtime/kernels.js";
import type { StepRecord } from "./step.js";

/**
 * Where a call reads or writes: a tensor, in channel blocks or as the caller has it (NHWC); or the panel, which carries
 * rows from one call of a stage to the next.
 */
export type Operand = { readonly tensor: number; readonly form: "blocks" | "nhwc" } | "panel";

/** What lowering may count on. */
export interface Target {
  /** The machine multiplies unsigned with signed bytes exactly. undefined: the program finds out at its first run. */
  readonly multipliesBytes: boolean | undefined;
}

/** Linear memory while constants are written to it. */
export interface Packing {
  readonly buffer: ArrayBufferLike;
  readonly kernels: KernelExports;
  /** Where they may be put together. */
  readonly scratch: number;
}

/** A constant operand, in the layout that its kernel wants. */
export interface Packed {
  readonly bytes: number;
  /** Bytes that are needed to put it together. */
  readonly scratch?: number;
  /** What it is made from, if that is a constant of the graph. */
  readonly from?: ArrayBufferView;
  /** How the program completes it at its first run, if it has to. */
  readonly completion?: Completion;
  /** Writes it to linear memory; `address` is a multiple of 16. */
  write(memory: Packing, address: number): void;
}

/** 8-bit weights that lie as bytes at the end of the room that they take as int16. */
export type Completion = PointwiseCompletion | DepthwiseCompletion;

/** With the bias for pairs: the program either widens the weights or changes the bias to the one for products of bytes. */
export interface PointwiseCompletion {
  readonly type: "pointwise";
  /** Blocks of outputs. */
  readonly blocks: number;
  /** Blocks of inputs. */
  readonly inBlocks: number;
  /** What a weight is more than its byte. */
  readonly weightOffset: number;
  /** Zero point of the inputs, from the lowest value of their type. */
  readonly zeroPoint: number;
}

/** For the 3×3 kernels: the program widens the weights. */
export interface DepthwiseCompletion {
  readonly type: "depthwise";
  readonly halfBlocks: number;
  /** What a weight is more than its byte. */
  readonly weightOffset: number;
}

export interface Call {
  readonly kernel: KernelName;
  readonly input: Operand;
  /** The second activation of an operator that has two. */
  readonly other?: Operand | undefined;
  readonly output: Operand;
  /** Several calls may share the same weights. */
  readonly weights?: Packed | undefined;
  /** Bytes from the beginning of the weights to what the kernel reads. Default: 0. */
  readonly weightsOffset?: number;
  /** Where the program finds out how it multiplies: the call runs only for this answer. Default: for both. */
  readonly products?: "bytes" | "pairs";
  /** The fields of the step that are no addresses. */
  readonly record: StepRecord;
  /** Channel blocks of the output. */
  readonly blocks: number;
  /** Bytes of the panel that the call needs for so many rows. */
  readonly panelBytes?: ((rows: number) => number) | undefined;
}

export interface Stage {
  /** Index of the operator in the graph that makes the output; -1 for a change of layout. */
  readonly op: number;
  readonly calls: readonly Call[];
  /** Rows of the output, through all images. */
  readonly rows: number;
  /** Multiply-accumulates of a row, and how many of them go into the panel. */
  readonly rowWork: number;
  readonly panelWork: number;
}
