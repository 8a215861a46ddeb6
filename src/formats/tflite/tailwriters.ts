/** The graph's operators on the host in terms of TensorFlow Lite's. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf, OpType } from "../../ir/ops/index.js";
import { int32, int8, type OutputFile } from "./output.js";
import { OptionsType } from "./optionstype.js";
import * as schema from "./schema.js";

type Writer<T extends OpType> = (op: OpOf<T>, file: OutputFile) => void;

const RELATIONS: Readonly<Record<OpOf<"compare">["relation"], string>> = {
  equal: "EQUAL",
  notEqual: "NOT_EQUAL",
  less: "LESS",
  lessEqual: "LESS_EQUAL",
  greater: "GREATER",
  greaterEqual: "GREATER_EQUAL",
};

/** An operator without options. */
function plain(name: string, version = 1): Writer<OpType> {
  return ({ inputs, outputs }, file) => file.operator({ name, version, inputs, outputs });
}

function writeArgMax({ axis, least, inputs, outputs }: OpOf<"argmax">, file: OutputFile): void {
  const table = file.table({ [schema.ArgMaxOptions.outputType]: int8(INT32) });
  file.operator({
    name: least ? "ARG_MIN" : "ARG_MAX",
    version: 2,
    inputs: [...inputs, file.constant("axis", [], [axis])],
    outputs,
    options: [least ? OptionsType.argMin : OptionsType.argMax, table],
  });
}

/** The number of the element type int32. */
const INT32 = 2;

function writeTake({ axis, inputs, outputs }: OpOf<"take">, file: OutputFile): void {
  const table = file.table({ [schema.GatherOptions.axis]: int32(axis) });
  file.operator({ name: "GATHER", version: 2, inputs, outputs, options: [OptionsType.gather, table] });
}

/** The form of TensorFlow Lite alone. */
function writeSuppression(op: OpOf<"suppression">, file: OutputFile): void {
  if (op.boxes !== "corners" || !op.inclusive || op.outputs.length !== 3) {
    throw new UnsupportedError("suppression: the format has no operator with these attributes");
  }
  const real = (name: string, value: number) =>
    file.add({ name, shape: [], dtype: "float32", data: Float32Array.of(value) });
  const inputs = [
    ...op.inputs,
    file.constant("maxDetections", [], [op.maxDetections]),
    real("iouThreshold", op.iouThreshold),
    real("scoreThreshold", op.scoreThreshold),
    real("sigma", 0),
  ];
  file.operator({ name: "NON_MAX_SUPPRESSION_V5", version: 1, inputs, outputs: op.outputs });
}

export const TAIL_WRITERS = {
  argmax: writeArgMax,
  cast: plain("CAST"),
  compare: (op: OpOf<"compare">, file: OutputFile) => plain(RELATIONS[op.relation], 2)(op, file),
  fill: ({ shape, inputs, outputs }: OpOf<"fill">, file: OutputFile) =>
    file.operator({ name: "FILL", version: 1, inputs: [file.vector("shape", shape), ...inputs], outputs }),
  floordiv: plain("FLOOR_DIV", 2),
  floormod: plain("FLOOR_MOD"),
  gathernd: plain("GATHER_ND", 2),
  logical: (op: OpOf<"logical">, file: OutputFile) => plain(`LOGICAL_${op.function.toUpperCase()}`)(op, file),
  select: plain("SELECT_V2"),
  suppression: writeSuppression,
  take: writeTake,
  topk: ({ k, inputs, outputs }: OpOf<"topk">, file: OutputFile) =>
    file.operator({ name: "TOPK_V2", version: 2, inputs: [...inputs, file.constant("k", [], [k])], outputs }),
};
