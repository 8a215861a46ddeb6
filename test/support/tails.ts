/** Operators on the host with random operands, for the tests here and beside TensorFlow Lite. */
import { buildGraph, type Graph } from "../../src/ir/graph.js";
import { outputTensors } from "../../src/ir/builder.js";
import { rare } from "../../src/ir/rare.js";
import type { Op, OpAttributes } from "../../src/ir/ops/index.js";
import { elementCount, type DType, type Tensor, type TensorView } from "../../src/ir/tensor.js";
import { seededRandom } from "../../src/models/random.js";

export interface TailCase {
  readonly name: string;
  readonly attributes: OpAttributes;
  /** With their elements. */
  readonly inputs: readonly Tensor[];
}

type Random = () => number;

const QUANTIZATION = { scale: [0.5], zeroPoint: [3], axis: 0 };

/** A tensor of small numbers, with equal ones among them; `low` and `high` bound integers. */
function operand(random: Random, dtype: DType, shape: readonly number[], low = -6, high = 6): Tensor {
  const numbers = Array.from({ length: elementCount(shape) }, () => low + (high - low + 1) * random());
  const whole = numbers.map(Math.floor);
  const tensor = { name: `${dtype}[${shape.join()}]`, shape, dtype };
  if (dtype === "float32") return { ...tensor, data: Float32Array.from(numbers, (value) => Math.round(4 * value) / 4) };
  if (dtype === "int32") return { ...tensor, data: Int32Array.from(whole) };
  if (dtype === "bool") return { ...tensor, data: Uint8Array.from(whole, (value) => value & 1) };
  if (dtype === "int8") return { ...tensor, quantization: QUANTIZATION, data: Int8Array.from(whole) };
  return { ...tensor, quantization: QUANTIZATION, data: Uint8Array.from(whole, (value) => value + 100) };
}

/** The cases of a seed. TensorFlow Lite refuses those of `ours`. */
export function tailCases(seed: number): { readonly shared: TailCase[]; readonly ours: TailCase[] } {
  const random = seededRandom(seed);
  const make = (attributes: OpAttributes, ...inputs: Tensor[]): TailCase => {
    const { type, ...rest } = attributes;
    const name = `${type} ${JSON.stringify(rest)} of ${inputs.map((tensor) => tensor.name).join(", ")}`;
    return { name, attributes, inputs };
  };
  const of = (dtype: DType, shape: readonly number[], low?: number, high?: number) =>
    operand(random, dtype, shape, low, high);
  const numbers = ["float32", "uint8", "int8", "int32"] as const;
  const relations = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const;
  const shared = [
    ...numbers.flatMap((dtype) => [
      ...[0, 1, 2].flatMap((axis) =>
        [false, true].map((least) => make({ type: "argmax", axis, least }, of(dtype, [3, 4, 5]))),
      ),
      make({ type: "topk", k: 4 }, of(dtype, [3, 7])),
      make({ type: "gathernd" }, of(dtype, [4, 5, 6]), of("int32", [3, 2], 0, 3)),
      make({ type: "gathernd" }, of(dtype, [4, 5, 6]), of("int32", [3, 3], 0, 3)),
      make({ type: "take", axis: 1 }, of(dtype, [2, 5, 3]), of("int32", [4], 0, 4)),
    ]),
    ...(["float32", "int32"] as const).flatMap((dtype) => [
      make({ type: "add", activation: "none" }, of(dtype, [2, 3, 4]), of(dtype, [2, 3, 4])),
      make({ type: "floordiv" }, of(dtype, [2, 3, 4]), of(dtype, [2, 3, 4], 1, 5)),
      make({ type: "floordiv" }, of(dtype, [2, 3, 4]), of(dtype, [1], -5, -1)),
      make({ type: "floormod" }, of(dtype, [2, 3, 4]), of(dtype, [2, 3, 4], 1, 5)),
      make({ type: "floormod" }, of(dtype, [2, 3, 4]), of(dtype, [2, 3, 4], -5, -1)),
      ...relations.map((relation) => make({ type: "compare", relation }, of(dtype, [2, 1, 4]), of(dtype, [3, 4]))),
    ]),
    make({ type: "sub", activation: "none" }, of("int32", [2, 3, 4]), of("int32", [2, 3, 4])),
    make({ type: "mul", activation: "none" }, of("int32", [2, 3, 4]), of("int32", [2, 1, 4], -99999, 99999)),
    make({ type: "div", activation: "none" }, of("int32", [2, 3, 4], -60, 60), of("int32", [2, 3, 4], 1, 7)),
    make({ type: "maximum", activation: "none" }, of("int32", [2, 3, 4]), of("int32", [2, 3, 4])),
    make({ type: "minimum", activation: "none" }, of("int32", [2, 3, 4]), of("int32", [2, 3, 4])),
    make({ type: "cast", to: "float32" }, of("int32", [2, 5])),
    make({ type: "cast", to: "float32" }, of("uint8", [2, 5])),
    make({ type: "cast", to: "float32" }, of("bool", [2, 5])),
    make({ type: "cast", to: "int32" }, of("float32", [2, 5])),
    make({ type: "cast", to: "bool" }, of("float32", [2, 5], -1, 1)),
    make({ type: "logical", function: "and" }, of("bool", [2, 5]), of("bool", [2, 5])),
    make({ type: "logical", function: "or" }, of("bool", [2, 5]), of("bool", [2, 5])),
    make({ type: "logical", function: "not" }, of("bool", [2, 5])),
    ...numbers.map((dtype) => make({ type: "select" }, of("bool", [2, 1]), of(dtype, [2, 5]), of(dtype, [2, 5]))),
    make({ type: "reshape", shape: [3, 4] }, of("int32", [2, 6])),
    make({ type: "concatenation", axis: 1 }, of("int32", [2, 3]), of("int32", [2, 4])),
    make({ type: "slice", begin: [0, 1], size: [2, 3], step: [1, 2] }, of("int32", [2, 6])),
    make({ type: "transpose", permutation: [2, 0, 1] }, of("int32", [2, 3, 4])),
  ];
  const ours = [
    make({ type: "gathernd" }, of("float32", [4, 5]), of("int32", [6, 2], -7, 7)),
    make({ type: "take", axis: 0 }, of("float32", [4, 5]), of("int32", [2, 3], -7, 7)),
    make({ type: "floordiv" }, of("int32", [9]), of("int32", [9], 0, 1)),
    make({ type: "cast", to: "uint8" }, of("float32", [20], -500, 500)),
    make({ type: "cast", to: "int8" }, of("int32", [20], -500, 500)),
    make({ type: "tile", multiples: [3, 1, 2] }, of("int32", [1, 2, 1])),
    make({ type: "fill", shape: [2, 3] }, of("int32", [])),
    make({ type: "compare", relation: "less" }, of("uint8", [2, 3]), { ...of("int8", [2, 3]), quantization: { scale: [0.75], zeroPoint: [-60], axis: 0 } }), // prettier-ignore
    make({ type: "slice", begin: [1, 5], size: [1, 3], step: [-1, -2] }, of("int32", [2, 6])),
  ];
  return { shared, ours };
}

/** The graph of one case, whose inputs the caller provides, and the elements for them. */
export function tailGraph({ attributes, inputs }: TailCase): { graph: Graph; op: Op; elements: TensorView[] } {
  const place: Op = rare({ ...attributes, inputs: inputs.map((_, i) => i), outputs: [] });
  const made = outputTensors("y", place, inputs);
  const outputs = made.map((tensor, i) => ({
    ...tensor,
    quantization: i === 0 && tensor.dtype === inputs.at(-1)!.dtype ? inputs.at(-1)!.quantization : undefined,
  }));
  const keeps = ["topk", "gathernd", "take", "slice", "transpose", "reshape", "concatenation"].includes(
    attributes.type,
  );
  if (keeps && inputs[0]!.quantization) outputs[0] = { ...outputs[0]!, quantization: inputs[0]!.quantization };
  const op: Op = { ...place, outputs: outputs.map((_, i) => inputs.length + i) };
  const tensors = [...inputs.map((tensor) => ({ ...tensor, data: undefined })), ...outputs];
  const graph = buildGraph({ tensors, ops: [op], inputs: inputs.map((_, i) => i), outputs: [...op.outputs] });
  return { graph, op, elements: inputs.map(({ data }) => data as TensorView) };
}
