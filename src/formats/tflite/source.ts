/** An operator of a file, and what its reader may expect of it. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { Known, Op } from "../../ir/ops/index.js";
import type { Activation } from "../../ir/ops/module.js";
import { formatShape, type Tensor } from "../../ir/tensor.js";
import type { Table } from "./flatbuffer.js";
import * as schema from "./schema.js";
import { fromFirst } from "../axis.js";

/** An operator as the file has it. */
export interface Source {
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table | undefined;
  /** The options of a custom operator, a FlexBuffer. */
  readonly customOptions: Uint8Array | undefined;
  /** The graph's tensors; a reader may add to them. */
  readonly tensors: Tensor[];
}

/** Functions that read operators, by the names of these in the schema. */
export type Readers<O extends Op = Op> = Readonly<Record<string, (source: Source) => O | O[]>>;

/** The readers of rare operators. */
export type RareReaders = Known<Readers>;

export function unary({ inputs, outputs, tensors }: Source): { inputs: number[]; outputs: readonly number[] } {
  expectTensor(tensors, inputs[0], "input");
  return { inputs: [inputs[0]!], outputs };
}

export function expectTensor(
  tensors: readonly Tensor[],
  index: number | undefined,
  what: string,
  rank?: number,
): Tensor {
  const tensor = tensors[index ?? -1];
  if (!tensor)
    throw new FormatError(`${what} expected a tensor from 0 to ${tensors.length - 1}, got ${index ?? "none"}`);
  if (rank !== undefined && tensor.shape.length !== rank) {
    throw new UnsupportedError(`${what} expected ${rank} dimensions, got ${formatShape(tensor.shape)}`);
  }
  return tensor;
}

/** No list of sizes, axes or amounts is longer: two numbers for each of four dimensions. */
const MAX_CONSTANTS = 8;

/** A short list of constants. */
export function expectConstants(
  tensors: readonly Tensor[],
  index: number | undefined,
  what: string,
  most = MAX_CONSTANTS,
): number[] {
  const { data, dtype } = expectTensor(tensors, index, what);
  if (!data || dtype !== "int32")
    throw new UnsupportedError(`${what} expected constant int32, got ${data ? dtype : "a computed tensor"}`);
  if (data.length > most) {
    throw new UnsupportedError(`${what} expected at most ${most} numbers, got ${data.length}`);
  }
  return Array.from(data);
}

/** Constant dimensions of x, counted from the first one. */
export function expectAxes({ inputs, tensors }: Source, operand: number, { shape }: Tensor): number[] {
  return expectConstants(tensors, inputs[operand], "axes").map((axis) => fromFirst(axis, shape.length));
}

export function expectOptions({ options }: Source): Table {
  if (!options) throw new FormatError("expected options, got none");
  return options;
}

export function readActivation(code: number): Activation {
  const activation = schema.ACTIVATIONS[code];
  if (!activation) throw new UnsupportedError(`fused activation expected NONE (0), RELU (1) or RELU6 (3), got ${code}`);
  return activation;
}
