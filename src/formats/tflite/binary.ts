/** TensorFlow Lite's functions of two elements. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { BinaryType } from "../../ir/ops/binary.js";
import type { Op } from "../../ir/ops/index.js";
import { OptionsType } from "./optionstype.js";
import * as schema from "./schema.js";
import { expectTensor, readActivation, type Readers, type Source } from "./source.js";

/** Names and types, and for those that have options their number; the activation is the first field. */
export const BINARY = {
  DIV: { type: "div", options: OptionsType.div, version: 2 },
  MAXIMUM: { type: "maximum", options: undefined, version: 2 },
  MINIMUM: { type: "minimum", options: undefined, version: 2 },
  MUL: { type: "mul", options: OptionsType.mul, version: 2 },
  PRELU: { type: "prelu", options: undefined, version: 1 },
  SUB: { type: "sub", options: OptionsType.sub, version: 2 },
} as const satisfies Readonly<Record<string, { type: BinaryType; options: number | undefined; version: number }>>;

const COMMUTATIVE: ReadonlySet<BinaryType> = new Set<BinaryType>(["maximum", "minimum", "mul"]);

export const BINARY_READERS: Readers = Object.fromEntries(
  Object.entries(BINARY).map(([name, { type, options }]) => [
    name,
    (source: Source) => readBinary(source, type, options !== undefined),
  ]),
);

/** A constant stands last in the graph. */
function readBinary({ options, inputs, outputs, tensors }: Source, type: BinaryType, hasActivation: boolean): Op {
  const [x, y] = inputs.map((index) => expectTensor(tensors, index, "input"));
  if (!x || !y || inputs.length > 2) throw new FormatError(`expected 2 inputs, got ${inputs.length}`);
  const activation = readActivation((hasActivation && options?.int8(schema.BinaryOptions.activation)) || 0);
  if (!x.data) return { type, inputs, outputs, activation };
  if (type === "prelu") throw new UnsupportedError("input expected computed, got a constant");
  const swapped = !COMMUTATIVE.has(type);
  return { type, inputs: inputs.toReversed(), outputs, activation, ...(swapped && { swapped }) };
}
