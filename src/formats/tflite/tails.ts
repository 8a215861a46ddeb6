/** TensorFlow Lite's operators that run on the host: the tails of detectors and pose nets, and arithmetic on shapes. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { Op, OpOf } from "../../ir/ops/index.js";
import type { Tensor } from "../../ir/tensor.js";
import { expectConstants, expectTensor, type Readers, type Source } from "./source.js";
import { fromFirst } from "../axis.js";

type Fields<T extends Op["type"]> = Omit<OpOf<T>, "inputs" | "outputs">;

/** An operator with so many activations as its first inputs. */
function plain<T extends Op["type"]>(count: number, attributes: Fields<T>): (source: Source) => OpOf<T> {
  return ({ inputs, outputs, tensors }) => {
    for (let i = 0; i < count; ++i) expectTensor(tensors, inputs[i], "input");
    return { ...attributes, inputs: inputs.slice(0, count), outputs } as unknown as OpOf<T>;
  };
}

function readArgMax({ inputs, outputs, tensors }: Source, least: boolean): Op {
  const { shape } = expectTensor(tensors, inputs[0], "input");
  const [axis] = expectConstants(tensors, inputs[1], "axis");
  if (axis === undefined) throw new FormatError("axis expected one number, got none");
  return { type: "argmax", inputs: [inputs[0]!], outputs, axis: fromFirst(axis, shape.length), least };
}

function readTopK({ inputs, outputs, tensors }: Source): Op {
  expectTensor(tensors, inputs[0], "input");
  const [k] = expectConstants(tensors, inputs[1], "k");
  return { type: "topk", inputs: [inputs[0]!], outputs, k: k ?? 0 };
}

function readCast({ inputs, outputs, tensors }: Source): Op {
  expectTensor(tensors, inputs[0], "input");
  return { type: "cast", inputs: [inputs[0]!], outputs, to: expectTensor(tensors, outputs[0], "output").dtype };
}

function readFill({ inputs, outputs, tensors }: Source): Op {
  expectTensor(tensors, inputs[1], "value");
  const { shape } = expectTensor(tensors, outputs[0], "output");
  return { type: "fill", inputs: [inputs[1]!], outputs, shape };
}

/** The output of an operator that depends on shapes or constants alone becomes a constant. */
function constant({ outputs, tensors }: Source, data: Int32Array): Op[] {
  const output = expectTensor(tensors, outputs[0], "output");
  if (output.dtype !== "int32") throw new UnsupportedError(`output expected int32, got ${output.dtype}`);
  tensors[outputs[0]!] = { ...output, data };
  return [];
}

function readShape(source: Source): Op[] {
  return constant(source, Int32Array.from(expectTensor(source.tensors, source.inputs[0], "input").shape));
}

function readRank(source: Source): Op[] {
  return constant(source, Int32Array.of(expectTensor(source.tensors, source.inputs[0], "input").shape.length));
}

const MAX_RANGE = 2 ** 20;

function readRange(source: Source): Op[] {
  const { inputs, tensors } = source;
  const [start, limit, step] = [0, 1, 2].map((i) => expectConstants(tensors, inputs[i], "start, limit and delta")[0]);
  const count = Math.ceil((limit! - start!) / step!);
  if (!(count >= 1 && count <= MAX_RANGE)) throw new FormatError(`range expected 1…${MAX_RANGE} numbers, got ${count}`);
  return constant(
    source,
    Int32Array.from({ length: count }, (_, i) => start! + i * step!),
  );
}

/** Before its second version, a condition of one dimension chooses among the first dimension's parts. */
function readSelect(source: Source): Op {
  const [condition, x] = [0, 1].map((i) => expectTensor(source.tensors, source.inputs[i], "input"));
  if (condition!.shape.length === 1 && x!.shape.length > 1) {
    throw new UnsupportedError("condition expected of all dimensions");
  }
  return plain(3, { type: "select" } satisfies Fields<"select">)(source) as Op;
}

/** The fourth version gives no scores, the fifth does. */
function readSuppression({ inputs, outputs, tensors }: Source, version: 4 | 5): Op {
  const [, scores] = [0, 1].map((i) => expectTensor(tensors, inputs[i], "input"));
  const [most] = expectConstants(tensors, inputs[2], "maximum output size");
  const [iouThreshold, scoreThreshold] = [3, 4].map((i) => real(tensors, inputs[i], "threshold"));
  if (version === 5 && real(tensors, inputs[5], "sigma") !== 0) throw new UnsupportedError("sigma expected 0");
  const shape = [most ?? 0];
  const unused: Tensor = { name: `${scores!.name}/selected`, shape, dtype: "float32" };
  const places = version === 5 ? outputs : [outputs[0]!, tensors.push(unused) - 1, outputs[1]!];
  return {
    type: "suppression",
    inputs: inputs.slice(0, 2),
    outputs: places,
    maxDetections: most ?? 0,
    iouThreshold: iouThreshold!,
    inclusive: true,
    scoreThreshold: scoreThreshold!,
    boxes: "corners",
  };
}

function real(tensors: readonly Tensor[], index: number | undefined, what: string): number {
  const { data, dtype } = expectTensor(tensors, index, what);
  const value = data?.[0];
  if (dtype !== "float32" || value === undefined) throw new UnsupportedError(`${what} expected a constant float32`);
  if (!Number.isFinite(value)) throw new FormatError(`${what} expected a finite number, got ${value}`);
  return value;
}

const compare = (relation: OpOf<"compare">["relation"]) => plain<"compare">(2, { type: "compare", relation });
const logical = (name: OpOf<"logical">["function"]) => plain<"logical">(2, { type: "logical", function: name });

export const TAILS: Readers = {
  ARG_MAX: (source) => readArgMax(source, false),
  ARG_MIN: (source) => readArgMax(source, true),
  CAST: readCast,
  EQUAL: compare("equal"),
  FILL: readFill,
  FLOOR_DIV: plain<"floordiv">(2, { type: "floordiv" }),
  FLOOR_MOD: plain<"floormod">(2, { type: "floormod" }),
  GATHER_ND: plain<"gathernd">(2, { type: "gathernd" }),
  GREATER: compare("greater"),
  GREATER_EQUAL: compare("greaterEqual"),
  LESS: compare("less"),
  LESS_EQUAL: compare("lessEqual"),
  LOGICAL_AND: logical("and"),
  LOGICAL_NOT: plain<"logical">(1, { type: "logical", function: "not" }),
  LOGICAL_OR: logical("or"),
  NON_MAX_SUPPRESSION_V4: (source) => readSuppression(source, 4),
  NON_MAX_SUPPRESSION_V5: (source) => readSuppression(source, 5),
  NOT_EQUAL: compare("notEqual"),
  RANGE: readRange,
  RANK: readRank,
  SELECT: readSelect,
  SELECT_V2: plain<"select">(3, { type: "select" }),
  SHAPE: readShape,
  TOPK_V2: readTopK,
};
