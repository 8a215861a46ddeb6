/** Kernel calls, before anything has an address. The build generates their parameters' types from assembly/abi. */
import {
  KERNELS,
  LAYOUTS,
  type CommonKernels,
  type FieldType,
  type KernelName,
  type Kernels,
  type Layout,
  type Params,
  type TensorFields,
} from "../../build/abi.js";
import type { ByteProducts, KernelExports } from "../runtime/kernels.js";
import type { IntegerMatrix, ProductSize } from "./matrix.js";

/** How a tensor lies in memory: in channel blocks, or as callers have it. */
export type MemoryLayout = "nChw8c" | "nhwc";

/** A tensor of the graph in one of its layouts. */
export interface Stored {
  readonly tensor: number;
  readonly layout: MemoryLayout;
}

/** Where a call reads or writes an activation: a tensor in the arena, or the scratch tile of its group. */
export type Operand = Stored | "tile";

/** What a constant needs to be written to linear memory. */
export interface Packing {
  readonly buffer: ArrayBufferLike;
  readonly kernels: KernelExports;
  /** Address of memory that is free while constants are packed. */
  readonly scratch: number;
}

/** A constant operand, in the layout that its kernel reads. */
export interface Packed {
  readonly bytes: number;
  /** Bytes of scratch memory that packing takes. */
  readonly scratch?: number;
  /** The constant of the graph that it is made from, if there is one. */
  readonly from?: ArrayBufferView;
  /** Writes it to linear memory; `address` is a multiple of 16. */
  write(memory: Packing, address: number): void;
}

/** The part of a packed constant that a kernel reads, where another kernel reads it from its beginning. */
export interface PackedPart {
  readonly whole: Packed;
  /** Bytes from the beginning. */
  readonly offset: number;
}

/** A tensor as a kernel sees it, but for its address. */
export interface View {
  readonly of: Stored | Packed;
  readonly fields: ViewFields;
}

/** The rows of a call on the scratch tile. */
export interface TileView {
  readonly of: "tile";
  readonly fields: ViewFields;
}

export type ViewFields = Omit<TensorFields, "address">;

/** References of parameters that have no addresses yet. */
export interface Symbolic {
  readonly tensor: View;
  readonly rows: View | TileView;
  readonly address: Packed | PackedPart | "zeros" | "unused";
}

/** The parameters of a kernel. */
export type ParamsOf<K extends KernelName> = Params<Symbolic>[Kernels[K]];

export interface Call {
  readonly kernel: KernelName;
  readonly params: ParamsOf<KernelName>;
  /** The fields of the parameters. */
  readonly layout: Layout;
  /** The kernel is in the rare module. */
  readonly isRare: boolean;
  /** Channel blocks of the output; 1 for kernels that take all blocks of a row at once. */
  readonly blocks: number;
  /** A program that finds out how the machine multiplies runs the call only for these answers. Default: for all. */
  readonly products?: readonly Products[] | undefined;
  /** Bytes of the scratch tile that a call of so many rows needs. */
  readonly tileBytes?: ((rows: number) => number) | undefined;
}

/** The properties of a call that do not follow from its kernel. */
export type CallOptions = Omit<Call, "kernel" | "params" | "layout" | "isRare">;

/** A call of a kernel of the base module, with the parameters that this kernel takes. */
export function call<K extends keyof CommonKernels>(kernel: K, params: ParamsOf<K>, options: CallOptions): Call {
  return { kernel, params, layout: LAYOUTS[KERNELS[kernel]], isRare: false, ...options };
}

/** The fields of a call's parameters with their types, in the order in which they lie in memory. */
export function fieldsOf({ layout, params }: Call): { readonly type: FieldType; readonly value: unknown }[] {
  const values = params as unknown as Readonly<Record<string, unknown>>;
  return layout.map(([name, type]) => ({ type, value: values[name] }));
}

/** The views among a call's parameters. */
export function viewsOf(it: Call): (View | TileView)[] {
  const views = fieldsOf(it).filter(({ type }) => type === "tensor" || type === "rows");
  return views.map(({ value }) => value as View | TileView);
}

/** The activations in the arena that a call reads or writes. */
export function storedOf(it: Call): Stored[] {
  return viewsOf(it).flatMap(({ of }) => (isStored(of) ? [of] : []));
}

/** The constants that a call reads. */
export function packedOf(it: Call): Packed[] {
  const addresses = fieldsOf(it).flatMap(({ type, value }) =>
    type === "address" && typeof value === "object" ? [wholeOf(value as Packed | PackedPart)] : [],
  );
  const operands = viewsOf(it).flatMap(({ of }) => (of !== "tile" && !isStored(of) ? [of] : []));
  return [...addresses, ...operands];
}

function wholeOf(value: Packed | PackedPart): Packed {
  return "whole" in value ? value.whole : value;
}

export function isStored(of: View["of"] | TileView["of"]): of is Stored {
  return typeof of === "object" && "tensor" in of;
}

/** Kernel calls that run together: a task runs all of them on its rows, through the scratch tile. */
export interface Group {
  /** Index of the operator in the graph that makes the output; -1 for a change of layout. */
  readonly op: number;
  readonly calls: readonly Call[];
  /** Rows of the output, of all images, and its width. */
  readonly rows: number;
  readonly width: number;
  /** Multiply-accumulates of a row, and how many of them leave their result on the tile. */
  readonly rowWork: number;
  readonly tileWork: number;
}

/** The ways to multiply 8-bit numbers: as bytes, or as pairs of int16. Their results are the same. */
export type Products = ByteProducts | "pairs";

/** The abilities of the machine that change which kernels run, but not their results. */
export interface Target {
  /**
   * The bytes that the kernels multiply exactly with signed ones; undefined if neither. The products of signed bytes are
   * exact unless weights that are multiplied side by side are both -128, see hasLowestNeighbours().
   */
  readonly byteProducts: ByteProducts | undefined;
  /** Packs 8-bit weights for a program that finds out how to multiply at its first run. */
  readonly compact?: CompactWeights;
}

/** 8-bit weights as bytes that the first run of a program completes for the machine at hand. */
export interface CompactWeights {
  /** The ways to multiply that the program can find. */
  readonly products: readonly Products[];
  /** Weights of a matrix product for all ways to multiply. */
  product(matrix: IntegerMatrix, zeroPoint: number, size: ProductSize): { pairs: Packed; bytes: PackedPart };
  /** Weights of a 3×3 depthwise convolution. */
  depthwise3x3(matrix: IntegerMatrix, channels: number): Packed;
}
